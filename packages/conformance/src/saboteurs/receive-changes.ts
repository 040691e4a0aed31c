import type { Cursor, MessageSummary } from '@signalbox/core';
import type { World } from '../world.ts';
import { whenFailing } from './translate.ts';
import type { Saboteur } from './saboteur.ts';
import { bendAdded, bendBatches, bendChanges, withReceive } from './wrap.ts';

const newest = new WeakMap<World, Map<Cursor, number>>();
const MINUTE = 60_000;

/** The latest arrival that has been reported up to each cursor, as someone notes it who takes arrival for order. */
function arrivalsOf(world: World): Map<Cursor, number> {
  const known = newest.get(world) ?? new Map<Cursor, number>();
  newest.set(world, known);
  return known;
}

export const CHANGES_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'stops-after-thirty',
    title: 'reports no more than thirty messages from the beginning',
    caughtBy: ['receive/beginning-reports-all'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        changes(request) {
          let left = request.since.kind === 'beginning' ? 30 : Infinity;
          return bendAdded(inner, (message) => (left-- > 0 ? message : undefined)).changes(request);
        },
      })),
  },
  {
    id: 'now-means-everything',
    title: 'reports from now on what was there before',
    caughtBy: ['receive/now-reports-nothing-old'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({ changes: (request) => inner.changes({ ...request, since: request.since.kind === 'now' ? { kind: 'beginning' } : request.since }) })),
  },
  {
    id: 'keeps-positions-in-memory',
    title: 'hands out cursors that only it itself understands, and begins with now elsewhere',
    caughtBy: ['receive/resume-loses-nothing', 'receive/every-batch-resumes'],
    sabotage(transport) {
      const cursors = new Map<Cursor, Cursor>();
      return withReceive(transport, (inner) => ({
        async *changes(request) {
          const { since } = request;
          const own = since.kind === 'cursor' && since.cursor.startsWith('position-');
          const known = own ? cursors.get(since.cursor) : undefined;
          const start = !own ? since : known === undefined ? ({ kind: 'now' } as const) : ({ kind: 'cursor', cursor: known } as const);
          for await (const batch of inner.changes({ ...request, since: start })) {
            const cursor = `position-${cursors.size}`;
            cursors.set(cursor, batch.cursor);
            yield { ...batch, cursor };
          }
        },
      }));
    },
  },
  {
    id: 'every-cursor-is-the-last',
    title: 'gives every batch of a reading the cursor of the last one',
    caughtBy: ['receive/every-batch-resumes'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *changes(request) {
          if (request.watch) return yield* inner.changes(request);
          const batches = [];
          for await (const batch of inner.changes(request)) batches.push(batch);
          const last = batches.at(-1);
          for (const batch of batches) yield { ...batch, cursor: last?.cursor ?? batch.cursor };
        },
      })),
  },
  {
    id: 'takes-arrival-for-order',
    title: 'overlooks mail that carries an older date than what it has reported',
    caughtBy: ['receive/moved-in-with-an-old-date', 'receive/hidden-once'],
    sabotage: (transport, world) =>
      withReceive(transport, (inner) => ({
        async *changes(request) {
          const arrivals = arrivalsOf(world);
          const { since } = request;
          let latest = since.kind === 'cursor' ? (arrivals.get(since.cursor) ?? 0) : 0;
          const floor = latest - MINUTE;
          const keep = ({ receivedAt }: MessageSummary): boolean => since.kind !== 'cursor' || receivedAt.getTime() >= floor;
          for await (const batch of inner.changes(request)) {
            const changes = batch.changes.filter((change) => change.type !== 'message-added' || keep(change.message));
            for (const change of changes) if (change.type === 'message-added') latest = Math.max(latest, change.message.receivedAt.getTime());
            arrivals.set(batch.cursor, latest);
            yield { ...batch, changes };
          }
        },
      })),
  },
  {
    id: 'promises-too-little',
    title: 'promises new mail only and reports other changes too',
    caughtBy: ['receive/only-promised-changes'],
    sabotage: (transport) => withReceive(transport, (inner) => ({ traits: { ...inner.traits, reports: ['message-added'] } })),
  },
  {
    id: 'keeps-updates-back',
    title: 'promises changed keywords and reports none',
    caughtBy: ['receive/reports-updates'],
    sabotage: (transport) => withReceive(transport, (inner) => bendChanges(inner, (change) => (change.type === 'message-updated' ? undefined : change))),
  },
  {
    id: 'reports-half-an-update',
    title: 'reports one of the keywords a message has now',
    caughtBy: ['receive/reports-updates'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => bendChanges(inner, (change) => (change.type === 'message-updated' ? { ...change, keywords: new Set([...change.keywords].slice(0, 1)) } : change))),
  },
  {
    id: 'reports-a-mark-alone',
    title: 'knows nothing but the mark of a message that was only marked as unread',
    caughtBy: ['receive/reports-updates'],
    sabotage: (transport) => withReceive(transport, (inner) => bendChanges(inner, (change) => (change.type === 'message-updated' && !change.keywords.has('$seen') ? { ...change, keywords: new Set() } : change))),
  },
  {
    id: 'keeps-removals-back',
    title: 'promises removed messages and reports none',
    caughtBy: ['receive/reports-removals'],
    sabotage: (transport) => withReceive(transport, (inner) => bendChanges(inner, (change) => (change.type === 'message-removed' ? undefined : change))),
  },
  {
    id: 'sweeps-in-another-time-zone',
    title: 'tells when it swept by a clock that is an hour ahead',
    caughtBy: ['receive/swept-at'],
    sabotage: (transport) => withReceive(transport, (inner) => bendBatches(inner, (batch) => ({ ...batch, sweptAt: new Date(batch.sweptAt.getTime() + 60 * MINUTE) }))),
  },
  {
    id: 'claims-sweeps-early',
    title: 'claims a complete sweep with every batch',
    caughtBy: ['receive/swept-at'],
    sabotage: (transport) => withReceive(transport, (inner) => bendBatches(inner, (batch) => ({ ...batch, sweptAt: batch.caughtUp ? batch.sweptAt : new Date() }))),
  },
  {
    id: 'always-caught-up',
    title: 'claims with every batch to have caught up',
    caughtBy: ['receive/caught-up'],
    sabotage: (transport) => withReceive(transport, (inner) => bendBatches(inner, (batch) => ({ ...batch, caughtUp: true }))),
  },
  {
    id: 'never-caught-up',
    title: 'never says that it has caught up',
    caughtBy: ['receive/caught-up'],
    sabotage: (transport) => withReceive(transport, (inner) => bendBatches(inner, (batch) => ({ ...batch, caughtUp: false }))),
  },
  {
    id: 'one-thing-at-a-time',
    title: 'counts no unread messages while an iteration is under way',
    caughtBy: ['receive/call-inside-iteration'],
    sabotage(transport) {
      let iterating = 0;
      return withReceive(transport, (inner) => ({
        async *changes(request) {
          iterating += 1;
          try {
            yield* inner.changes(request);
          } finally {
            iterating -= 1;
          }
        },
        unread: async (...args) => (iterating > 0 ? 0 : inner.unread(...args)),
      }));
    },
  },
  {
    id: 'starts-over-when-expired',
    title: 'begins anew in silence when a position was lost',
    caughtBy: ['receive/expired-cursor', 'receive/positions-gone-back'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *changes(request) {
          const iterator = inner.changes(request)[Symbol.asyncIterator]();
          const first = await whenFailing(iterator.next(), 'cursor.expired', () => ({ done: true, value: undefined }) as const);
          if (first.done) return yield* inner.changes({ ...request, since: { kind: 'beginning' } });
          yield first.value;
          yield* { [Symbol.asyncIterator]: () => iterator };
        },
      })),
  },
];
