import { compareMailboxes, compareSettings } from './compare.ts';
import { type PlanRefusal, refuseLiveChange, refuseSameMailbox } from './conflicts.ts';
import type { Deployed, DeployedChange, DeployedMailbox } from './deployed.ts';

/** What an apply would do. */
export interface DeploymentPlan {
  /** The revision that is in force; 0 when there is none. An apply of this plan follows it, and no other. */
  readonly base: number;
  /** Those that differ, in the order of the new configuration; those that leave come last. */
  readonly mailboxes: readonly PlannedMailbox[];
  /** Settings of the organisation that differ. */
  readonly shared: readonly DeployedChange[];
  /** Why it cannot be applied; empty where it can. */
  readonly refusals: readonly PlanRefusal[];
  readonly unchanged: number;
}

export type PlannedMailbox =
  | { readonly kind: 'added'; readonly after: DeployedMailbox; readonly notes: readonly string[] }
  | { readonly kind: 'removed'; readonly before: DeployedMailbox; readonly notes: readonly string[] }
  | { readonly kind: 'changed'; readonly before: DeployedMailbox; readonly after: DeployedMailbox; readonly changes: readonly DeployedChange[]; readonly notes: readonly string[] };

export interface PlanInput {
  /** What is in force, absent before the first apply. */
  readonly current?: { readonly number: number; readonly deployed: Deployed };
  readonly next: Deployed;
  /** Mailboxes of which something has been received: the others can be given another flow at will. */
  readonly live: ReadonlySet<string>;
  /** What transports have told of each mailbox's door. */
  readonly doors: ReadonlyMap<string, readonly string[]>;
}

export const hasChanges = ({ mailboxes, shared }: DeploymentPlan): boolean => mailboxes.length > 0 || shared.length > 0;

/** Compares; asks nobody and changes nothing. */
export function planDeployment({ current, next, live, doors }: PlanInput): DeploymentPlan {
  const known = current?.deployed.mailboxes ?? [];
  const before = new Map(known.map((mailbox) => [mailbox.id, mailbox]));
  const kept = new Set(next.mailboxes.map(({ id }) => id));
  const gone = known.filter(({ id }) => !kept.has(id));
  const mailboxes: PlannedMailbox[] = [];
  const refusals: PlanRefusal[] = [];
  for (const after of next.mailboxes) {
    const was = before.get(after.id);
    if (!was) {
      mailboxes.push({ kind: 'added', after, notes: [...brokenNotes(after), ...newIdNotes(after, gone)] });
      continue;
    }
    const changes = compareMailboxes(was, after);
    if (changes.length === 0) continue;
    if (live.has(after.id)) refusals.push(...refuseLiveChange({ before: was, after, changes }));
    mailboxes.push({ kind: 'changed', before: was, after, changes, notes: brokenNotes(after) });
  }
  mailboxes.push(...gone.map((each) => ({ kind: 'removed', before: each, notes: removalNotes(each, live) }) as const));
  return {
    base: current?.number ?? 0,
    mailboxes,
    shared: compareSettings(current?.deployed.shared ?? {}, next.shared),
    refusals: [...refusals, ...refuseSameMailbox({ mailboxes: next.mailboxes, doors })],
    unchanged: next.mailboxes.length - mailboxes.filter(({ kind }) => kind !== 'removed').length,
  };
}

const brokenNotes = (mailbox: DeployedMailbox): readonly string[] =>
  (['receive', 'send'] as const).filter((direction) => mailbox[direction] && mailbox[direction].transport === undefined).map((direction) => `It has no route to ${direction}; \`signalbox check\` says why.`);

/** An id stays when an address changes. The other way round everything known of the mailbox would be forgotten. */
function newIdNotes({ address }: DeployedMailbox, gone: readonly DeployedMailbox[]): readonly string[] {
  const old = gone.find((each) => each.address.toLowerCase() === address.toLowerCase());
  return old ? [`The same address was deployed as "${old.id}". Under another id it begins anew; keep the id "${old.id}" to go on where it stands.`] : [];
}

const removalNotes = ({ id }: DeployedMailbox, live: ReadonlySet<string>): readonly string[] => (live.has(id) ? ['What is stored of it will be erased: its ledger, open deliveries and unsent mail.'] : []);

/** In a few words, for the history. */
export function summarizePlan({ mailboxes, shared, base }: DeploymentPlan): string {
  const count = (kind: PlannedMailbox['kind']): number => mailboxes.filter((each) => each.kind === kind).length;
  const renamed = mailboxes.filter((each) => each.kind === 'changed' && each.changes.some(({ what }) => what === 'address')).length;
  const parts = [
    [count('added'), 'added'],
    [renamed, 'renamed'],
    [count('changed') - renamed, 'changed'],
    [count('removed'), 'removed'],
  ].flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  if (shared.length > 0) parts.push(`${shared.length} of the organisation's settings`);
  return parts.length > 0 ? parts.join(', ') : base === 0 ? 'no mailboxes' : 'no change';
}
