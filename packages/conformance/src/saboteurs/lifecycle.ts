import type { Folder, MailTransport, MessageRef, Submission } from '@signalbox/core';
import type { World } from '../world.ts';
import type { Saboteur } from './saboteur.ts';
import { withDispose, withMutate, withReceive, withSend } from './wrap.ts';

const siblings = new WeakMap<World, MailTransport[]>();
let instances = 0;

export const LIFECYCLE_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'takes-leave-of-the-server',
    title: 'asks the server something before it closes, also when it is closed already',
    caughtBy: ['lifecycle/dispose-twice'],
    sabotage: (transport) =>
      withDispose(transport, async () => {
        await transport.receive?.findFolder({ role: 'inbox' });
        await transport[Symbol.asyncDispose]();
      }),
  },
  {
    id: 'waits-for-its-readers',
    title: 'waits on disposal until running iterations have ended by themselves',
    caughtBy: ['lifecycle/dispose-ends-watch'],
    sabotage(transport) {
      const running = new Set<Promise<void>>();
      const counting = withReceive(transport, (inner) => ({
        async *changes(request) {
          const { promise, resolve } = Promise.withResolvers<void>();
          running.add(promise);
          try {
            yield* inner.changes(request);
          } finally {
            resolve();
          }
        },
      }));
      return withDispose(counting, async () => {
        await Promise.all(running);
        await transport[Symbol.asyncDispose]();
      });
    },
  },
  {
    id: 'remembers-folders-for-ever',
    title: 'answers findFolder from memory, also after disposal',
    caughtBy: ['lifecycle/receive-after-dispose'],
    sabotage(transport) {
      const known = new Map<string, Folder>();
      return withReceive(transport, (inner) => ({
        async findFolder(selector, options) {
          options?.signal?.throwIfAborted();
          const key = JSON.stringify(selector);
          const folder = known.get(key) ?? (await inner.findFolder(selector, options));
          known.set(key, folder);
          return folder;
        },
      }));
    },
  },
  {
    id: 'drops-late-keywords',
    title: 'takes changes of keywords after disposal and drops them',
    caughtBy: ['lifecycle/mutate-after-dispose'],
    sabotage(transport) {
      let closed = false;
      const changed = withMutate(transport, (inner) => ({ updateKeywords: async (...args) => (closed ? undefined : inner.updateKeywords(...args)) }));
      return withDispose(changed, async () => {
        closed = true;
        await transport[Symbol.asyncDispose]();
      });
    },
  },
  {
    id: 'reconnects-after-disposal',
    title: 'opens itself again to send after disposal',
    caughtBy: ['lifecycle/send-after-dispose'],
    sabotage(transport, world) {
      let current = transport;
      const sending = withSend(transport, (inner) => ({ dispatch: (...args) => (current.send ?? inner).dispatch(...args) }));
      return withDispose(sending, async () => {
        await transport[Symbol.asyncDispose]();
        current = await world.reopen();
      });
    },
  },
  {
    id: 'closes-its-siblings',
    title: 'closes every transport on the mailbox when one is disposed of',
    caughtBy: ['lifecycle/disposal-is-its-own'],
    sabotage(transport, world) {
      const family = [...(siblings.get(world) ?? []), transport];
      siblings.set(world, family);
      return withDispose(transport, async () => {
        for (const each of siblings.get(world) ?? []) await each[Symbol.asyncDispose]();
      });
    },
  },
  {
    id: 'counts-its-instances',
    title: 'names another refSpace after every start',
    caughtBy: ['lifecycle/refs-survive-reopening'],
    sabotage(transport) {
      instances += 1;
      const instance = instances;
      return withReceive(transport, (inner) => ({ refSpace: `${inner.refSpace}#${instance}` }));
    },
  },
  {
    id: 'mixes-up-parallel-reads',
    title: 'answers a read that comes during another with the other’s message',
    caughtBy: ['lifecycle/parallel-reads'],
    sabotage(transport) {
      let current: MessageRef | undefined;
      return withReceive(transport, (inner) => ({
        async fetchRaw(ref, options) {
          current ??= ref;
          try {
            return await inner.fetchRaw(current, options);
          } finally {
            current = undefined;
          }
        },
      }));
    },
  },
  {
    id: 'mixes-up-parallel-sends',
    title: 'sends a message that comes during another to the other’s recipients',
    caughtBy: ['lifecycle/parallel-sends'],
    sabotage(transport) {
      let current: Submission['envelope'] | undefined;
      return withSend(transport, (inner) => ({
        async dispatch(what, options) {
          if ('handle' in what) return inner.dispatch(what, options);
          current ??= what.envelope;
          try {
            return await inner.dispatch({ ...what, envelope: current }, options);
          } finally {
            current = undefined;
          }
        },
      }));
    },
  },
];
