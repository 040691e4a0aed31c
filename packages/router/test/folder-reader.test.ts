import type { ChangeBatch, ChangesRequest, MessageSummary, Receive } from '@signalbox/core';
import { createLimiter } from '@signalbox/kit';
import type { KnownQuery, Ledger, LedgerWrite } from '@signalbox/store';
import { describe, expect, it } from 'vitest';
import { readFolder, type ReaderContext } from '../src/receiving/folder-reader.ts';
import { createIntake } from '../src/receiving/intake.ts';
import { createTelemetry } from '../src/telemetry/telemetry.ts';
import { VirtualClock } from './virtual-clock.ts';

const FOLDER = { id: 'INBOX', path: ['INBOX'] };
const ARRIVAL = new Date('2026-11-25T10:00:00Z');
const message = (key: string): MessageSummary => ({ ref: { folder: 'INBOX', key }, messageId: `${key}@x`, receivedAt: ARRIVAL, keywords: new Set() });

/** A reader on a transport that answers as it is told, and a ledger that only notes what is written. */
function reading(answer: (request: ChangesRequest, written: readonly LedgerWrite[]) => AsyncIterable<ChangeBatch>) {
  const [clock, written, stop] = [new VirtualClock(), [] as LedgerWrite[], new AbortController()];
  const ledger = {
    cursor: async () => undefined,
    run: async () => undefined,
    known: async ({ sightings }: KnownQuery) =>
      written
        .flatMap(({ baseline = [] }) => baseline)
        .filter(({ key }) => sightings.some((sighting) => sighting.key === key))
        .map(({ door, folder, key, ...identity }) => ({ ...identity, id: key, kind: 'baseline', refs: [{ door, folder, key, gone: false }] })),
    firstWithId: async () => new Map(),
    own: async () => new Map(),
    record: async (write: LedgerWrite) => void written.push(write),
  } as unknown as Ledger;
  const receive = { refSpace: 'door', traits: { refsSurviveMove: false }, changes: (request: ChangesRequest) => answer(request, written) } as unknown as Receive;
  const holding = { mailbox: 'sales', direction: 'receive', epoch: 1 } as const;
  const intake = createIntake({ ledger, holding, receive, otherDoors: false, turns: createLimiter(1), clock, telemetry: createTelemetry() });
  const news: ReaderContext['news'] = { swept: () => {}, recorded: () => {}, gap: () => {}, gapClosed: () => {}, audited: () => {} };
  const context: ReaderContext = {
    receive,
    ledger,
    intake,
    holding,
    clock,
    news,
    folder: FOLDER,
    backlog: { kind: 'from-now' },
    otherDoors: false,
    log: { log: () => {} },
    room: async () => {},
    audits: createLimiter(1),
    listings: createLimiter(1),
    auditMs: 3_600_000,
  };
  const ended = readFolder(context, stop.signal).catch((error: unknown) => error);
  return { clock, written, stop, ended };
}

describe('a first connect', () => {
  it('lists what is there only once the position of now is kept, so that nothing falls between the two', async () => {
    const order: string[] = [];
    const { clock, written, stop, ended } = reading(async function* ({ since }, soFar) {
      order.push(`${since.kind} after ${soFar.length} writes`);
      if (since.kind === 'beginning') yield { changes: [{ type: 'message-added', message: message('1') }], cursor: 'end', sweptAt: clock.now(), caughtUp: true };
      else {
        await clock.sleep(5_000); // a slow server
        yield { changes: [], cursor: 'now', sweptAt: clock.now(), caughtUp: true };
        await new Promise(() => {});
      }
    });
    await clock.advance(4_000);
    expect(order).toEqual(['now after 0 writes']);
    await clock.advance(10_000);
    expect(order).toEqual(['now after 0 writes', 'beginning after 1 writes']);
    expect(written[0]).toMatchObject({ cursor: { cursor: 'now' }, run: { state: 'running' } });
    expect(written[1]).toMatchObject({ baseline: [{ key: '1' }], deliveries: [], run: { position: 'end' } });
    stop.abort(new Error('enough'));
    expect(await ended).toMatchObject({ message: 'enough' });
  });

  it('delivers what the watch reports as new, also where the listing has noted it already', async () => {
    const late = Promise.withResolvers<void>();
    const { clock, written, stop, ended } = reading(async function* ({ since }) {
      if (since.kind === 'beginning') yield { changes: [{ type: 'message-added', message: message('9') }], cursor: 'end', sweptAt: clock.now(), caughtUp: true };
      else {
        yield { changes: [], cursor: 'now', sweptAt: clock.now(), caughtUp: true };
        await late.promise;
        yield { changes: [{ type: 'message-added', message: message('9') }], cursor: 'later', sweptAt: clock.now(), caughtUp: true };
        await new Promise(() => {});
      }
    });
    await clock.advance(1_000);
    expect(written.at(-1)).toMatchObject({ baseline: [{ key: '9' }] });
    late.resolve();
    await clock.advance(1_000);
    expect(written.at(-1)).toMatchObject({ deliveries: [{ place: { key: '9' } }], notBaseline: [{ key: '9' }], run: { state: 'finished' }, cursor: { cursor: 'later' } });
    stop.abort(new Error('enough'));
    await ended;
  });

  it.each([
    { listing: 'a short one is over', takesMs: 3_000, watchesAfterMs: 3_000 },
    { listing: 'ten seconds of a long one', takesMs: 60_000, watchesAfterMs: 10_000 },
  ])('watches after $listing, so that a short one needs no connection of its own', async ({ takesMs, watchesAfterMs }) => {
    let watching: number | undefined;
    const { clock, stop, ended } = reading(async function* ({ since }) {
      if (since.kind === 'beginning') {
        await clock.sleep(takesMs);
        yield { changes: [], cursor: 'end', sweptAt: clock.now(), caughtUp: true };
      } else {
        yield { changes: [], cursor: 'now', sweptAt: clock.now(), caughtUp: true };
        watching = clock.now().getTime() - start;
        await new Promise(() => {});
      }
    });
    const start = clock.now().getTime();
    for (let ms = 0; ms < 20_000; ms += 500) await clock.advance(500);
    expect(watching).toBeGreaterThanOrEqual(watchesAfterMs);
    expect(watching).toBeLessThan(watchesAfterMs + 1_000);
    stop.abort(new Error('enough'));
    await ended;
  });
});
