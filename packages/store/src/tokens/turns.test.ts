import { MailError } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import type { TokenTurns } from './turn-rows.ts';
import { createTurns } from './turns.ts';

const LEASE_MS = 40;

/** What becomes of one beat after the other; none comes after the last. */
function held(beats: readonly ('kept' | 'busy' | 'lost')[]) {
  const done = Promise.withResolvers<void>();
  const events: unknown[] = [];
  let count = 0;
  const keep: TokenTurns['keep'] = async () => {
    const beat = beats[count];
    count += 1;
    if (count === beats.length) done.resolve();
    if (beat === 'busy') throw new MailError('unavailable', 'The database is busy.');
    return beat === 'kept';
  };
  const turns = createTurns({ rows: { keep } as TokenTurns, clock: systemClock, log: { log: (_level, event, fields) => void events.push([event, fields?.['code']]) }, leaseMs: LEASE_MS });
  return { turns, all: done.promise, events, count: () => count };
}

describe('whoever holds a turn', () => {
  it('goes on beating after beats that failed, and says so', async () => {
    const { turns, all, events } = held(['kept', 'busy', 'busy', 'kept', 'kept']);
    expect(await turns.holding('key', 'owner', async () => all.then(() => 'done'))).toBe('done');
    expect(events).toEqual([['store.turn-not-kept', 'unavailable'], ['store.turn-not-kept', 'unavailable']]);
  });

  it('stops beating when the turn is lost', async () => {
    const { turns, all, events, count } = held(['busy', 'lost']);
    await turns.holding('key', 'owner', async () => all.then(() => systemClock.sleep(2 * LEASE_MS)));
    expect([events.at(-1), count()]).toEqual([['store.turn-lost', undefined], 2]);
  });
});
