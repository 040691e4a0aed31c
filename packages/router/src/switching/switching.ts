import { randomUUID } from 'node:crypto';
import type { CallOptions, Clock } from '@signalbox/core';
import type { Revision, Store, SwitchRecord } from '@signalbox/store';
import type { Connections } from '../connections/connections.ts';
import type { DeployedMailbox } from '../deployment/deployed.ts';
import { type Candidate, createDeployments, type DeployedRevision, newRevision } from '../deployment/deployments.ts';
import { fieldsOf, flowsIn, type WithFlows, withFlowFields, type WrittenFlows } from '../deployment/with-flows.ts';
import type { Direction } from '../routing/flow.ts';
import { checkSwitch, type SwitchCheck } from './check.ts';
import { planOf, readPlan } from './plan.ts';
import { refused } from './refused.ts';

export type SwitchingRows = Pick<Store, 'switches' | 'revisions' | 'mailboxes' | 'audit' | 'ledger'>;

/** A configuration that is not deployed, with connections that open what it names. */
export interface OpenedCandidate extends AsyncDisposable {
  readonly candidate: Candidate;
  readonly connections: Connections;
}

export interface SwitchingOptions {
  readonly store: SwitchingRows;
  readonly clock: Clock;
  readonly open: (configuration: Pick<Candidate, 'file' | 'text'>) => Promise<OpenedCandidate>;
}

export interface SwitchTarget {
  readonly mailbox: string;
  /** The flow. */
  readonly to: string;
  /** Only this direction. Default: those that the mailbox has. */
  readonly only?: Direction;
}

export interface RunSwitchOptions extends CallOptions {
  readonly who: string;
  /** It is watched so long after the flip, in milliseconds. */
  readonly soakMs: number;
}

/** Refused where there is no record of it. */
export interface SwitchRun {
  readonly check: SwitchCheck;
  readonly record?: SwitchRecord;
  readonly revision?: Revision;
}

/**
 * Gives a mailbox that receives another flow within the same door: the ledger, its positions and everything that is open stay as they are. Each step
 * is in the journal; one that was interrupted is gone on with by running it again.
 */
export interface Switching {
  /** Changes nothing. Throws `switch.refused` where the mailbox is not deployed. */
  plan(target: SwitchTarget, options?: CallOptions): Promise<SwitchCheck>;
  /** Throws `switch.refused` in the middle of another switch, and `config.conflict` where somebody else deploys meanwhile. Only the flip changes anything. */
  run(target: SwitchTarget, options: RunSwitchOptions): Promise<SwitchRun>;
}

export function createSwitching({ store, clock, open }: SwitchingOptions): Switching {
  const deployments = createDeployments(store);
  const prepare = async (target: SwitchTarget): Promise<Prepared> => {
    const inForce = await deployments.current();
    const before = inForce?.deployed.mailboxes.find(({ id }) => id === target.mailbox);
    if (!inForce || !before) throw refused(`The mailbox "${target.mailbox}" is not deployed.`, 'Deploy it with "signalbox apply"; "signalbox status" lists those that are.');
    const written = withFlowFields(inForce.text, target.mailbox, (fields) => fieldsOf(flowsAfter(flowsIn(fields) ?? flowsOf(before), target)));
    if (!written) throw refused(`The entry of the mailbox "${target.mailbox}" shares text with others (YAML anchors), so that its flow cannot be changed by itself.`, 'Write the entry out without anchors, deploy it with "signalbox apply", and switch again.');
    return { inForce, before, written };
  };
  const check = async ({ inForce, before }: Prepared, { candidate, connections }: OpenedCandidate, options?: CallOptions): Promise<SwitchCheck> => {
    const after = candidate.deployed.mailboxes.find(({ id }) => id === before.id);
    // What the file says of sending may not be what is done: with a relay all mailboxes send through that.
    const checked = await checkSwitch({ mailbox: before.id, from: flowsOf(before), to: after ? flowsOf(after) : {}, connections, ledger: store.ledger, clock }, options);
    // Whether another mailbox is the same one, once it signs in like this.
    const { refusals } = await deployments.plan(candidate, { live: new Set(), doors: new Map() });
    const others = refusals.flatMap(({ reason, message, remedy }) => (reason === 'same-mailbox' && inForce.deployed.mailboxes.length > 1 ? [{ reason, message, remedy }] : []));
    return others.length === 0 ? checked : { ...checked, refusals: [...checked.refusals, ...others] };
  };
  return {
    async plan(target, options) {
      const prepared = await prepare(target);
      await using opened = await open({ file: prepared.inForce.file, text: prepared.written.text });
      return await check(prepared, opened, options);
    },
    async run(target, { who, soakMs, ...options }) {
      const prepared = await prepare(target);
      await using opened = await open({ file: prepared.inForce.file, text: prepared.written.text });
      const checked = await check(prepared, opened, options);
      if (checked.refusals.length > 0) return { check: checked };
      const { inForce, before, written } = prepared;
      const { from, to } = checked;
      const interrupted = await interruptedOne(store, checked);
      const { id } = interrupted ?? (await store.switches.begin({ id: randomUUID(), mailbox: before.id, who, plan: planOf({ from, to, fields: written.before, before }) }));
      await store.switches.advance(id, { from: ['planned'], to: 'checked', who, detail: { folders: checked.folders, ...(checked.door && { door: checked.door }) } });
      const summary = `${before.id} switched from ${textOf(from)} to ${textOf(to)}`;
      const flipped = await store.switches.flip(id, { from: ['checked'], to: 'soaking', who, soakMs, revision: newRevision(opened.candidate, { after: inForce.number, summary, who }) });
      if (!flipped) throw refused(`The switch of the mailbox "${before.id}" was ended by somebody else meanwhile.`, `Look at it with "signalbox switch status ${before.id}".`);
      return { check: checked, ...flipped };
    },
  };
}

interface Prepared {
  readonly inForce: DeployedRevision;
  readonly before: DeployedMailbox;
  readonly written: WithFlows;
}

const flowsOf = ({ receive, send }: Pick<DeployedMailbox, 'receive' | 'send'>): WrittenFlows => ({ ...(receive && { receive: receive.flow }), ...(send && { send: send.flow }) });

function flowsAfter(flows: WrittenFlows, { to, only }: SwitchTarget): WrittenFlows {
  const goes = (direction: Direction): boolean => flows[direction] !== undefined && (only === undefined || only === direction);
  return { ...flows, ...(goes('receive') && { receive: to }), ...(goes('send') && { send: to }) };
}

const textOf = ({ receive, send }: WrittenFlows): string => [...new Set([receive, send])].filter((flow) => flow !== undefined).join(' and ');

/** One that was begun and not flipped, to the same end. Throws where it is another one. */
async function interruptedOne({ switches }: SwitchingRows, { mailbox, to }: SwitchCheck): Promise<SwitchRecord | undefined> {
  const found = await switches.underWay(mailbox);
  if (!found) return undefined;
  const planned = readPlan(found.plan).to;
  if (found.state !== 'soaking' && planned.receive === to.receive && planned.send === to.send) return found;
  throw refused(`The mailbox "${mailbox}" is in the middle of another switch.`, `End it with "signalbox switch ${found.state === 'soaking' ? 'complete' : 'cancel'} ${mailbox}", or go back with "signalbox switch roll-back ${mailbox}".`);
}
