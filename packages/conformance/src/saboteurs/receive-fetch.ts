import type { MessageRef, RawMessage } from '@signalbox/core';
import { isPartialFailure } from '@signalbox/core';
import type { Saboteur } from './saboteur.ts';
import { bendSource } from './bytes.ts';
import { whenFailing } from './translate.ts';
import { withReceive } from './wrap.ts';

export const FETCH_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'marks-what-it-reads',
    title: 'marks a message as read when it lists its attachments',
    caughtBy: ['receive/reading-leaves-unread'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async listAttachments(ref, options) {
          const attachments = await inner.listAttachments(ref, options);
          await transport.mutate?.updateKeywords([ref], { add: ['$seen'] });
          return attachments;
        },
      })),
  },
  {
    id: 'mixes-up-refs',
    title: 'hands out each of many messages under the ref of the one before',
    caughtBy: ['receive/fetch-each'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *fetchRawEach(refs, options) {
          let previous: MessageRef | undefined = refs.at(-1);
          for await (const { ref, source } of inner.fetchRawEach(refs, options)) {
            yield { ref: previous ?? ref, source };
            previous = ref;
          }
        },
      })),
  },
  {
    id: 'trips-over-unread-sources',
    title: 'passes over a message when the bytes of the one before were left unread',
    caughtBy: ['receive/fetch-each-unread-sources'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *fetchRawEach(refs, options) {
          let read: boolean = true;
          for await (const { ref, source } of inner.fetchRawEach(refs, options)) {
            const pass: boolean = !read;
            read = pass;
            const noticed = bendSource(source, async function* (bytes) {
              read = true;
              yield* bytes;
            });
            if (!pass) yield { ref, source: noticed } satisfies RawMessage;
          }
        },
      })),
  },
  {
    id: 'cannot-count-meanwhile',
    title: 'counts no unread messages while many messages are read',
    caughtBy: ['receive/call-inside-many'],
    sabotage(transport) {
      let reading = 0;
      return withReceive(transport, (inner) => ({
        async *fetchRawEach(...args) {
          reading += 1;
          try {
            yield* inner.fetchRawEach(...args);
          } finally {
            reading -= 1;
          }
        },
        unread: async (...args) => (reading > 0 ? 0 : inner.unread(...args)),
      }));
    },
  },
  {
    id: 'hides-gone-messages',
    title: 'says nothing about messages that are gone',
    caughtBy: ['receive/fetch-each-gone'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *fetchRawEach(...args) {
          try {
            yield* inner.fetchRawEach(...args);
          } catch (error) {
            if (!isPartialFailure(error)) throw error;
          }
        },
      })),
  },
  {
    id: 'gone-means-no-attachments',
    title: 'answers no attachments for a message that is gone',
    caughtBy: ['receive/message-not-found'],
    sabotage: (transport) => withReceive(transport, (inner) => ({ listAttachments: (...args) => whenFailing(inner.listAttachments(...args), 'message.not-found', () => []) })),
  },
];
