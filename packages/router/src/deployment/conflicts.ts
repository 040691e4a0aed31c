import type { DeployedChange, DeployedMailbox, DeployedSide } from './deployed.ts';

/** Why a plan cannot be applied. Free of secrets. */
export interface PlanRefusal {
  readonly reason: 'live-flow' | 'live-server' | 'same-mailbox';
  readonly mailbox: string;
  readonly message: string;
  /** One imperative sentence. */
  readonly remedy: string;
}

export interface LiveChange {
  readonly before: DeployedMailbox;
  readonly after: DeployedMailbox;
  readonly changes: readonly DeployedChange[];
}

/**
 * A mailbox whose mail is being received cannot be given another way of receiving by a change of configuration: what one door has recorded says
 * nothing at another, so that mail would be lost or delivered twice, and at the same door nobody would have tried whether the new credential
 * opens it. Sending may change, because the outbox pins its route for each attempt.
 */
export function refuseLiveChange({ before, after, changes }: LiveChange): readonly PlanRefusal[] {
  // A direction that had no route received nothing.
  if (before.receive?.transport === undefined || !after.receive) return [];
  const { id } = after;
  const flow = changes.find((each) => each.what === 'flow' && each.direction === 'receive');
  if (flow) {
    return [
      {
        reason: 'live-flow',
        mailbox: id,
        message: `The mailbox "${id}" receives by ${before.receive.flow}, and an apply does not change the flow of a live mailbox: mail could be lost or delivered twice.`,
        remedy: `Keep the flow "${before.receive.flow}" here. It is changed by a switch: \`signalbox switch plan ${id} --to ${after.receive.flow}\` shows what that takes.`,
      },
    ];
  }
  const server = changes.find((each) => each.what === 'server' && each.direction === 'receive');
  if (!server || sameDoor(before.receive, after.receive)) return [];
  return [
    {
      reason: 'live-server',
      mailbox: id,
      message: `The mailbox "${id}" receives from ${before.receive.host}, and another server is another mailbox to what has been recorded: mail could be lost or delivered twice.`,
      remedy: 'Keep the server: this release switches a mailbox between flows at one server alone. Another server is another mailbox, under an id of its own.',
    },
  ];
}

/** Whether what was recorded of one holds for the other: the credential may be another, the server and its port may not. */
const sameDoor = (a: DeployedSide, b: DeployedSide): boolean => a.transport === b.transport && a.host?.toLowerCase() === b.host?.toLowerCase() && a.port === b.port;

export interface SameMailboxInput {
  readonly mailboxes: readonly DeployedMailbox[];
  /** Doors by mailbox, as transports have told them: the only way to see through an alias. */
  readonly doors: ReadonlyMap<string, readonly string[]>;
}

/** Two entries that read one real mailbox would deliver everything in it twice. */
export function refuseSameMailbox({ mailboxes, doors }: SameMailboxInput): readonly PlanRefusal[] {
  const refusals: PlanRefusal[] = [];
  const seen = new Map<string, DeployedMailbox>();
  for (const mailbox of mailboxes) {
    const keys = [...placeOf(mailbox), ...(mailbox.receive ? (doors.get(mailbox.id) ?? []).map((door) => `door ${door}`) : [])];
    const other = keys.map((key) => seen.get(key)).find((each) => each !== undefined);
    if (other) refusals.push(sameMailbox(mailbox, other));
    for (const key of keys) if (!seen.has(key)) seen.set(key, mailbox);
  }
  return refusals;
}

/** Server and user, where the user's name alone decides which mailbox is opened. The port does not tell mailboxes apart. */
function placeOf({ receive }: DeployedMailbox): readonly string[] {
  if (!receive?.byUsername || receive.host === undefined || receive.username === undefined) return [];
  return [`user ${receive.host.toLowerCase()} ${receive.username.toLowerCase()}`];
}

function sameMailbox({ id, address, receive }: DeployedMailbox, other: DeployedMailbox): PlanRefusal {
  const how = receive?.byUsername ? `both sign in as ${receive.username} at ${receive.host}` : 'both open the same door';
  const alias = other.address.toLowerCase() === address.toLowerCase() ? '' : ` ${address} is another address of ${other.address}.`;
  return {
    reason: 'same-mailbox',
    mailbox: id,
    message: `The mailboxes "${other.id}" and "${id}" are one real mailbox (${how}): all of its mail would be delivered twice.${alias}`,
    remedy: `Keep one of them to receive; one that only sends takes \`send\` instead of \`flow\`.`,
  };
}
