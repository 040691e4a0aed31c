import { isPartialFailure, PartialFailureError } from '@signalbox/core';
import { refsIn, silently } from './bulk.ts';
import type { Saboteur } from './saboteur.ts';
import { whenFailing } from './translate.ts';
import { withMutate } from './wrap.ts';

export const MOVE_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'moves-without-flags',
    title: 'loses the flag of a message on its way to another folder',
    caughtBy: ['mutate/move'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        async move(refs, to, options) {
          options?.signal?.throwIfAborted();
          await silently(inner.updateKeywords(refs, { remove: ['$flagged'] }));
          return inner.move(refs, to, options);
        },
      })),
  },
  {
    id: 'swaps-new-refs',
    title: 'tells of two moved messages that each is where the other is',
    caughtBy: ['mutate/move-tells-new-ref'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        async move(...args) {
          const moved = await inner.move(...args);
          const there = moved.map(({ to }) => to).toReversed();
          return moved.map(({ from }, index) => ({ from, ...(there[index] && { to: there[index] }) }));
        },
      })),
  },
  {
    id: 'deletes-what-it-cannot-move',
    title: 'deletes a message that it was to move to a missing folder',
    caughtBy: ['mutate/move-to-missing-folder'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        move: (refs, ...args) =>
          whenFailing(inner.move(refs, ...args), 'folder.not-found', async (error) => {
            await inner.delete(refs, { mode: 'permanently' });
            throw error;
          }),
      })),
  },
  {
    id: 'forgets-what-was-moved',
    title: 'tells which messages it could not move, but not which it has moved',
    caughtBy: ['mutate/move-of-gone-message'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        move: (...args) =>
          inner.move(...args).catch((error: unknown) => {
            throw isPartialFailure(error) ? new PartialFailureError(error.message, [], error.failed) : error;
          }),
      })),
  },
  {
    id: 'has-no-trash',
    title: 'destroys what it was to put into the trash',
    caughtBy: ['mutate/delete-to-trash'],
    sabotage: (transport) => withMutate(transport, (inner) => ({ delete: (refs, options) => inner.delete(refs, { ...options, mode: 'permanently' }) })),
  },
  {
    id: 'destroys-nothing',
    title: 'puts into the trash what it was to destroy',
    caughtBy: ['mutate/delete-permanently'],
    sabotage: (transport) => withMutate(transport, (inner) => ({ delete: (refs, options) => inner.delete(refs, { ...options, mode: 'to-trash' }) })),
  },
  {
    id: 'gone-is-as-good-as-deleted',
    title: 'passes in silence over messages that are gone when it deletes',
    caughtBy: ['mutate/delete-of-gone-message'],
    sabotage: (transport) => withMutate(transport, (inner) => ({ delete: (...args) => silently(inner.delete(...args)) })),
  },
  {
    id: 'nothing-means-everything',
    title: 'takes an empty list of messages for the whole inbox',
    caughtBy: ['mutate/nothing-to-do'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        async updateKeywords(refs, patch, options) {
          const inbox = await transport.receive?.findFolder({ role: 'inbox' }, options);
          return inner.updateKeywords(refs.length === 0 && inbox ? await refsIn(transport, inbox.id) : refs, patch, options);
        },
      })),
  },
];
