import type { DeployedRevision } from '@signalbox/router';
import type { HealthReport, LeaseState, Store } from '@signalbox/store';
import type { FailureJson } from '../view/failure.ts';

/** How a deployed mailbox stands, as far as the store knows. */
export interface MailboxStatus {
  readonly id: string;
  readonly address: string;
  /** Flows by direction; absent where there is none. */
  readonly receive?: string;
  readonly send?: string;
  /** `idle`: no router works on it. `broken`: the configuration gives it no route. The rest is what the router says. */
  readonly state: string;
  readonly completeUpTo?: Date;
  /** Absent: nobody has asked. */
  readonly unread?: number;
  readonly open: number;
  readonly dead: number;
  readonly oldestOpen?: Date;
  /** Mail that is still to be sent. */
  readonly waiting: number;
  /** Mail that only a person can decide about. */
  readonly held: number;
  readonly error?: FailureJson;
  readonly retryAt?: Date;
}

const WAITING = ['scheduled', 'queued', 'attempting', 'unknown'] as const;

export async function collectStatus(store: Store, { deployed }: DeployedRevision): Promise<readonly MailboxStatus[]> {
  const [rows, leases, health, counts] = [await store.mailboxes.list(), await store.leases.list(), await store.health.list(), await store.deliveries.counts()];
  const outbox = await countOutbox(store);
  const states = new Map(rows.map(({ id, state }) => [id, state]));
  const receiving = new Map(leases.filter(({ direction }) => direction === 'receive').map((lease) => [lease.mailbox, lease]));
  const reports = new Map(health.filter(({ direction }) => direction === 'receive').map((report) => [report.mailbox, report]));
  return deployed.mailboxes.map((mailbox) => {
    const { id, address, receive, send } = mailbox;
    const { open = 0, dead = 0, oldest } = counts.get(id) ?? {};
    const report = reports.get(id);
    const isRunning = isHeld(receiving.get(id));
    const broken = [receive, send].some((side) => side && side.transport === undefined);
    const swept = report?.completeUpTo;
    return {
      id,
      address,
      open,
      dead,
      ...(receive && { receive: receive.flow }),
      ...(send && { send: send.flow }),
      state: states.get(id) === 'paused' ? 'paused' : broken ? 'broken' : !receive ? 'sends only' : isRunning ? (report?.state ?? 'starting') : 'idle',
      ...(swept !== undefined && { completeUpTo: new Date(swept) }),
      ...(oldest !== undefined && { oldestOpen: new Date(oldest) }),
      ...(outbox.get(id) ?? { waiting: 0, held: 0 }),
      ...(isRunning && report && failureOf(report)),
    };
  });
}

const isHeld = (lease: LeaseState | undefined): boolean => lease?.owner !== undefined && lease.until > lease.at;

function failureOf({ error, retryAt }: HealthReport): Pick<MailboxStatus, 'error' | 'retryAt'> {
  return { ...(error !== undefined && { error: JSON.parse(error) as FailureJson }), ...(retryAt !== undefined && { retryAt: new Date(retryAt) }) };
}

type OutboxCounts = Pick<MailboxStatus, 'waiting' | 'held'>;

async function countOutbox({ outbox }: Store): Promise<ReadonlyMap<string, OutboxCounts>> {
  const counts = new Map<string, OutboxCounts>();
  for (const { mailbox, state, count } of await outbox.counts([...WAITING, 'held'])) {
    const { waiting, held } = counts.get(mailbox) ?? { waiting: 0, held: 0 };
    counts.set(mailbox, state === 'held' ? { waiting, held: held + count } : { waiting: waiting + count, held });
  }
  return counts;
}

/** A mailbox that stands still without somebody's doing. A pause is somebody's will. */
export const needsSomebody = ({ state, dead, held, error }: MailboxStatus): boolean => state === 'broken' || dead > 0 || held > 0 || error !== undefined;
