import type { Bell } from '@signalbox/kit';
import type { Lease } from '../connection/pool.ts';
import type { Session } from '../session.ts';

/**
 * Why waiting ended: new mail was announced; a hint or the clock says look; or the connection was needed elsewhere,
 * so that nobody knows what came meanwhile.
 */
export type Reason = 'news' | 'look' | 'displaced';

export interface WaitOptions {
  readonly waker: Bell;
  readonly signal: AbortSignal;
  /** Look again at the latest after this time. */
  readonly longestMs: number;
}

/** An IDLE that the server ends by itself this soon is no way to wait. */
const SHORTEST_IDLE_MS = 1_000;

/**
 * Waits on the leased connection: in IDLE, entered at once, where the server has it; by the clock otherwise, with the
 * connection given back. Whether the server is still there is found out by the command that follows.
 */
export async function waitForNews(session: Session, lease: Lease, options: WaitOptions): Promise<Reason> {
  const { connection } = lease;
  const { config, clock, pool } = session;
  if (pool.wanted) return 'displaced';
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const sleep = (ms: number): Promise<Reason> => clock.sleep(ms, signal).then(() => 'look');
  const hint = options.waker.next(signal).then((): Reason => 'look');
  try {
    if (connection.idleRefused || !connection.has('IDLE')) {
      lease[Symbol.dispose]();
      return await Promise.race([hint, sleep(Math.min(config.pollIntervalMs, options.longestMs))]);
    }
    const entered = clock.now().getTime();
    const ended = connection.idle().then((outcome): Reason | Promise<Reason> => {
      if (outcome === 'refused') connection.idleRefused = true;
      const tooSoon = clock.now().getTime() - entered < SHORTEST_IDLE_MS;
      return (outcome === 'refused' || tooSoon) && !signal.aborted ? sleep(config.pollIntervalMs) : 'look';
    });
    const longest = Math.min(options.longestMs, lifeLeft(session, connection.renewAt));
    return await Promise.race([hint, sleep(longest), ended, newsOn(lease, signal), demandFor(lease)]);
  } finally {
    lease.onDemand = undefined;
    over.abort();
  }
}

/** Never past the life of the token: the server would cut the session (FACTS.md C4). */
const lifeLeft = ({ clock }: Session, renewAt: Date | undefined): number =>
  renewAt ? Math.max(0, renewAt.getTime() - clock.now().getTime()) : Number.MAX_SAFE_INTEGER;

function newsOn({ connection: { client } }: Lease, signal: AbortSignal): Promise<Reason> {
  return new Promise((resolve) => {
    const hear = (): void => resolve('news');
    client.on('exists', hear);
    signal.addEventListener('abort', () => client.off('exists', hear), { once: true });
  });
}

function demandFor(lease: Lease): Promise<Reason> {
  return new Promise((resolve) => {
    lease.onDemand = () => resolve('displaced');
  });
}
