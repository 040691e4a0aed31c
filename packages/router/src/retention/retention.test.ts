import type { Clock } from '@signalbox/core';
import type { Dropped, RetentionRules } from '@signalbox/store';
import { describe, expect, it } from 'vitest';
import { keepRetention, rulesOf } from './retention.ts';

const NOTHING: Dropped = { deliveries: 0, sightings: 0, effects: 0, revisions: 0, audit: 0 };
const HOUR = 3_600_000;

/** A clock on which sleeping is what makes time pass, until `hours` are over. */
function world(hours: number, sweep: (rules: RetentionRules, pause: () => Promise<void>) => Promise<Dropped>) {
  let now = 0;
  let dueAt = 0;
  const stop = new AbortController();
  const logged: (readonly [string, unknown])[] = [];
  const clock: Clock = {
    now: () => new Date(now),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      now += ms;
      if (now >= hours * HOUR) stop.abort();
    },
  };
  const retention = {
    async claim(_duty: string, everyMs: number) {
      if (now < dueAt) return false;
      dueAt = now + everyMs;
      return true;
    },
    sweep,
  };
  const log = { log: (_level: string, event: string, fields?: unknown) => void logged.push([event, fields]) };
  return { logged, run: () => keepRetention({ store: { retention }, clock, log, rules: () => rulesOf({}) }, stop.signal) };
}

describe('retention', () => {
  it('is seen to once an hour, and tells what went', async () => {
    const seen: RetentionRules[] = [];
    const { run, logged } = world(4.5, async (rules) => {
      seen.push(rules);
      return seen.length === 2 ? { ...NOTHING, deliveries: 7 } : NOTHING;
    });
    await run();
    expect(seen).toHaveLength(5);
    expect(seen[0]).toEqual({ ledgerMs: 30 * 24 * HOUR, effectsMs: 30 * 24 * HOUR }); // revisions and the audit log stay
    expect(logged).toEqual([['retention.dropped', { ...NOTHING, deliveries: 7 }]]);
  });

  it('goes on after a failure, which it tells without its words, and ends in the middle when it is stopped', async () => {
    let times = 0;
    const { run, logged } = world(3.5, async (_rules, pause) => {
      times += 1;
      if (times < 3) throw new Error('canary-of-a-failure');
      for (;;) await pause();
    });
    await run();
    expect(times).toBe(3);
    expect(logged).toEqual([['retention.failed', { code: 'internal' }], ['retention.failed', { code: 'internal' }]]);
  });
});
