import type { ChangesSince, Cursor, MailTransport, Receive } from '@signalbox/core';
import type { World } from '../world.ts';
import type { Saboteur } from './saboteur.ts';
import { whenFailing } from './translate.ts';
import { withReceive } from './wrap.ts';

/** Every cursor goes out with something behind it, which is taken off again when it comes back. */
const withTail = (transport: MailTransport, tail: string): MailTransport =>
  withReceive(transport, (inner) => ({
    async *changes(request) {
      const { since } = request;
      const start: ChangesSince = since.kind === 'cursor' && since.cursor.endsWith(tail) ? { kind: 'cursor', cursor: since.cursor.slice(0, since.cursor.length - tail.length) } : since;
      for await (const batch of inner.changes({ ...request, since: start })) yield { ...batch, cursor: `${batch.cursor}${tail}` };
    },
  }));

const handedOut = new WeakMap<World, Set<Cursor>>();

/** Where a cursor is refused as foreign, begins with now if the predicate says so. */
const forgiving = (world: World, inner: Receive, forgives: (known: boolean) => boolean): Pick<Receive, 'changes'> => ({
  async *changes(request) {
    const known = handedOut.get(world) ?? new Set<Cursor>();
    handedOut.set(world, known);
    const { since } = request;
    const iterator = inner.changes(request)[Symbol.asyncIterator]();
    const forgive = since.kind === 'cursor' && forgives(known.has(since.cursor));
    const first = forgive ? await whenFailing(iterator.next(), 'cursor.foreign', () => undefined) : await iterator.next();
    if (!first) return yield* inner.changes({ ...request, since: { kind: 'now' } });
    if (first.done) return;
    known.add(first.value.cursor);
    yield first.value;
    for await (const batch of { [Symbol.asyncIterator]: () => iterator }) {
      known.add(batch.cursor);
      yield batch;
    }
  },
});

export const CURSOR_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'cursor-is-no-text',
    title: 'hands out cursors with half a character at their end',
    caughtBy: ['receive/cursor-is-text'],
    sabotage: (transport) => withTail(transport, '\uD800'),
  },
  {
    id: 'cursor-grows',
    title: 'hands out cursors of nine kilobytes',
    caughtBy: ['receive/cursor-is-small'],
    sabotage: (transport) => withTail(transport, 'x'.repeat(9 * 1024)),
  },
  {
    id: 'cursor-carries-the-password',
    title: 'puts the password into its cursors, encoded',
    caughtBy: ['receive/cursor-holds-no-secret'],
    sabotage: (transport, { secrets = [] }) => withTail(transport, Buffer.from(secrets[0] ?? '').toString('base64')),
  },
  {
    id: 'takes-any-text-for-a-cursor',
    title: 'begins with now when it cannot read a cursor',
    caughtBy: ['receive/foreign-cursor'],
    sabotage: (transport, world) => withReceive(transport, (inner) => forgiving(world, inner, (known) => !known)),
  },
  {
    id: 'takes-any-folders-cursor',
    title: 'begins with now when a cursor belongs to another folder',
    caughtBy: ['receive/cursor-of-another-folder'],
    sabotage: (transport, world) => withReceive(transport, (inner) => forgiving(world, inner, (known) => known)),
  },
];
