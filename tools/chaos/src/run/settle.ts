import { setTimeout as sleep } from 'node:timers/promises';
import { judge, type Verdict } from '../verdict/verdict.ts';
import { readLogs } from './read-logs.ts';
import type { Stage } from './stage.ts';
import { seconds } from './warm-up.ts';

const EVERY_MS = 1_000;
/** Asking costs a process. */
const ASK_EVERY_MS = 10_000;
const NOTE_EVERY_MS = 10_000;
/** By the tenant's time: longer than an audit of a folder is away, and than mail waits in Drafts. */
const JUMP_MS = 70 * 60_000;
const JUMP_EVERY_MS = 60_000;

/** Waits until everything is closed and nothing moves any more. Answers how long that took after the last fault; undefined when it took too long. */
export async function settle({ place, tenant, product, patienceMs, quietMs, note, signal }: Stage): Promise<number | undefined> {
  const started = performance.now();
  let [lines, changedAt, askedAt, notedAt, jumpedAt] = [-1, started, 0, 0, 0];
  let held: readonly string[] = [];
  for (;;) {
    await sleep(EVERY_MS, undefined, { signal });
    const now = performance.now();
    const logs = readLogs(place, held);
    const count = logs.tenant.length + logs.consumer.length;
    if (count !== lines) [lines, changedAt] = [count, now];
    const verdict = judge(logs);
    const isQuiet = now - changedAt >= quietMs;
    if (isComplete(verdict) && isQuiet && (await product.openDeliveries()) === 0) return changedAt - started;
    if (now - started > patienceMs) return undefined;
    // As long as something comes nothing waits for time to go on, and each jump ends every lease.
    if (jumpedAt === 0 || (isQuiet && now - jumpedAt > JUMP_EVERY_MS)) {
      jumpedAt = now;
      await tenant.call('jumpClock', JUMP_MS);
    }
    if (verdict.receiving.lost.length === 0 && isQuiet && now - askedAt > ASK_EVERY_MS) {
      askedAt = now;
      held = await product.heldEntries();
    }
    if (now - notedAt > NOTE_EVERY_MS) {
      notedAt = now;
      note(`${seconds(now - started)} after the last fault: ${verdict.receiving.lost.length} letters and ${verdict.sending.lost.length} sends are missing`);
    }
  }
}

const isComplete = ({ receiving, sending }: Verdict): boolean => receiving.lost.length === 0 && sending.lost.length === 0;
