import type { CallOptions, Clock } from '@signalbox/core';
import type { Ledger } from '@signalbox/store';
import type { Connections } from '../connections/connections.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { WrittenFlows } from '../deployment/with-flows.ts';
import type { Direction } from '../routing/flow.ts';
import type { MailboxRoutes } from '../routing/route.ts';
import { checkDoor, type FolderAgreement } from './door-check.ts';

/** Why a mailbox cannot be switched. Free of secrets. */
export interface SwitchRefusal {
  readonly reason: 'no-change' | 'no-route' | 'check-failed' | 'another-door' | 'position-lost' | 'other-messages' | 'same-mailbox';
  readonly message: string;
  /** One imperative sentence. */
  readonly remedy: string;
}

/** What was found out about a switch before anything was changed. */
export interface SwitchCheck {
  readonly mailbox: string;
  readonly from: WrittenFlows;
  readonly to: WrittenFlows;
  /** `same`: what was recorded holds for the new flow too. `unread`: nothing was recorded yet. Absent where receiving is not switched. */
  readonly door?: 'same' | 'another' | 'unread';
  /** What the new flow needs, in the directions that are switched. */
  readonly diagnoses: readonly Diagnosis[];
  readonly folders: readonly FolderAgreement[];
  /** Empty: it can be switched. */
  readonly refusals: readonly SwitchRefusal[];
}

export interface CheckInput {
  readonly mailbox: string;
  readonly from: WrittenFlows;
  readonly to: WrittenFlows;
  /** Of the configuration with the new flow. */
  readonly connections: Pick<Connections, 'mailboxes' | 'open' | 'diagnose'>;
  readonly ledger: Pick<Ledger, 'cursor' | 'cursors' | 'known'>;
  readonly clock: Clock;
}

const DIRECTIONS: readonly Direction[] = ['receive', 'send'];

/** Tries everything that the new flow will need, with its own credentials. Changes nothing; throws on abort, and what the ledger throws. */
export async function checkSwitch(input: CheckInput, options?: CallOptions): Promise<SwitchCheck> {
  const { mailbox, from, to, connections } = input;
  const about = { mailbox, from, to };
  const switched = DIRECTIONS.filter((direction) => from[direction] !== to[direction]);
  if (switched.length === 0) return { ...about, diagnoses: [], folders: [], refusals: [{ reason: 'no-change', message: `The mailbox "${mailbox}" goes by this flow already.`, remedy: 'Name another flow.' }] };
  const routes = connections.mailboxes.find((each) => each.mailbox.id === mailbox);
  const broken = switched.filter((direction) => !routes?.[direction]);
  if (!routes || broken.length > 0) return { ...about, diagnoses: [], folders: [], refusals: withoutRoute(mailbox, routes, broken) };
  const diagnoses: Diagnosis[] = [];
  for (const direction of switched) diagnoses.push(await diagnoseInPeace(input, direction, options));
  const failed = diagnoses.flatMap(failuresOf);
  if (failed.length > 0) return { ...about, diagnoses, folders: [], refusals: failed };
  return { ...about, diagnoses, ...(switched.includes('receive') ? await compareDoors(input, routes, options) : { folders: [], refusals: [] }) };
}

const [TRIES, REST_MS] = [10, 3_000];

/**
 * The mailbox is at work meanwhile, and servers let it have a few connections at a time (FACTS.md C6): what passes by itself is tried again before it
 * counts.
 */
async function diagnoseInPeace({ mailbox, connections, clock }: CheckInput, direction: Direction, options?: CallOptions): Promise<Diagnosis> {
  for (let tries = 1; ; tries += 1) {
    const diagnosis = await connections.diagnose(mailbox, direction, options);
    const errors = diagnosis.rows.flatMap(({ status, findings }) => (status === 'fail' ? findings.filter(({ severity }) => severity === 'error') : []));
    if (errors.length === 0 || tries === TRIES || errors.some(({ error }) => error.retry !== 'safe')) return diagnosis;
    await clock.sleep(REST_MS, options?.signal);
  }
}

function withoutRoute(mailbox: string, routes: MailboxRoutes | undefined, broken: readonly Direction[]): readonly SwitchRefusal[] {
  const errors = routes?.problems.filter(({ severity }) => severity === 'error') ?? [];
  if (errors.length > 0) return errors.map(({ path, message, remedy }) => ({ reason: 'no-route', message: `${path}: ${message}`, remedy }));
  return broken.map((direction) => ({ reason: 'no-route', message: `The flow gives the mailbox "${mailbox}" no way to ${direction}.`, remedy: `Name a flow that can ${direction}, or switch the other direction alone.` }));
}

const failuresOf = ({ direction, rows }: Diagnosis): readonly SwitchRefusal[] =>
  rows
    .filter(({ status, follows }) => status === 'fail' && follows === undefined)
    .flatMap(({ check, findings }) =>
      findings
        .filter(({ severity }) => severity === 'error')
        .map(({ error }): SwitchRefusal => ({ reason: 'check-failed', message: `${direction}, ${check}: ${error.message}`, remedy: error.remedy?.text ?? 'Look at it with "signalbox doctor", and switch again.' })),
    );

async function compareDoors({ mailbox, connections, ledger }: CheckInput, { mailbox: { folders } }: MailboxRoutes, options?: CallOptions): Promise<Pick<SwitchCheck, 'door' | 'folders' | 'refusals'>> {
  const { receive } = await connections.open(mailbox, 'receive', options);
  const [last] = (await ledger.cursors(mailbox)).toSorted((a, b) => b.sweptAt - a.sweptAt);
  if (!receive || !last) return { door: 'unread', folders: [], refusals: [] };
  if (last.door !== receive.refSpace) return { door: 'another', folders: [], refusals: [anotherDoor(last.door, receive.refSpace)] };
  const agreements = await checkDoor({ mailbox, folders, receive, ledger }, options);
  return { door: 'same', folders: agreements, refusals: agreements.flatMap(disagreement) };
}

const anotherDoor = (before: string, after: string): SwitchRefusal => ({
  reason: 'another-door',
  message: `The new flow reads through another door (${after}) than the one that has been recorded (${before}), and this release switches within a door alone: between doors each message has to be found again.`,
  remedy: 'Keep the flow to receive by; "--only send" switches sending alone.',
});

function disagreement({ folder, position, agreed, unknown, contradicted }: FolderAgreement): readonly SwitchRefusal[] {
  if (position === 'lost') return [{ reason: 'position-lost', message: `The folder "${folder}" was numbered anew since it was read last: the position in it cannot be carried over.`, remedy: 'Let the router read on with the flow in force until "signalbox status" says that the mailbox is active, and switch again.' }];
  if (contradicted > 0 || (position === 'holds' && agreed === 0 && unknown > 0)) {
    return [
      {
        reason: 'other-messages',
        message: `Of the ${agreed + unknown + contradicted} newest messages of "${folder}" that the new flow shows, ${agreed} are the ones that were recorded: it may open another mailbox.`,
        remedy: 'Check the user name of the new flow; where it is right, wait until "signalbox status" says that the mailbox is active, and switch again.',
      },
    ];
  }
  return [];
}
