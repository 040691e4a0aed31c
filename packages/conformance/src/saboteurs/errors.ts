import { type MailErrorCode, type MailTransport, type Receive } from '@signalbox/core';
import type { Saboteur } from './saboteur.ts';
import { mistranslate, whenFailing } from './translate.ts';
import { withReceive, withSend } from './wrap.ts';

/** What every call of a small piece of work says instead of a code. */
const misnaming = (transport: MailTransport, code: MailErrorCode, as: MailErrorCode): MailTransport =>
  transport.receive
    ? withReceive(transport, (inner): Partial<Receive> => ({ findFolder: (...args) => mistranslate(inner.findFolder(...args), code, as), unread: (...args) => mistranslate(inner.unread(...args), code, as) }))
    : withSend(transport, (inner) => ({ dispatch: (...args) => mistranslate(inner.dispatch(...args), code, as) }));

export const ERROR_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'takes-a-cut-for-an-outage',
    title: 'tells a cut connection as a violation of the protocol',
    caughtBy: ['errors/dropped-connection'],
    sabotage: (transport) => misnaming(transport, 'connection.lost', 'protocol.violation'),
  },
  {
    id: 'ends-watches-in-silence',
    title: 'ends a watch in silence when its connection was cut',
    caughtBy: ['errors/dropped-while-watching'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *changes(request) {
          const iterator = inner.changes(request)[Symbol.asyncIterator]();
          try {
            for (;;) {
              const step = await whenFailing(iterator.next(), 'connection.lost', () => ({ done: true, value: undefined }) as const);
              if (step.done) return;
              yield step.value;
            }
          } finally {
            await iterator.return?.();
          }
        },
      })),
  },
  {
    id: 'sends-again-after-a-cut',
    title: 'sends a message twice to be sure when its connection was cut',
    caughtBy: ['errors/dropped-before-sending'],
    sabotage: (transport) =>
      withSend(transport, (inner) => ({
        dispatch: (...args) =>
          whenFailing(inner.dispatch(...args), 'connection.lost', async () => {
            await inner.dispatch(...args);
            return inner.dispatch(...args);
          }),
      })),
  },
  {
    id: 'takes-haste-for-an-outage',
    title: 'says of a server that wants fewer requests that it is unavailable',
    caughtBy: ['errors/throttled'],
    sabotage: (transport) => misnaming(transport, 'throttled', 'unavailable'),
  },
  {
    id: 'tires-of-failures',
    title: 'counts no unread messages any more after five failures',
    caughtBy: ['errors/works-after-failure'],
    sabotage(transport) {
      let failures = 0;
      return withReceive(transport, (inner) => ({
        findFolder: (...args) =>
          whenFailing(inner.findFolder(...args), 'folder.not-found', (error) => {
            failures += 1;
            throw error;
          }),
        unread: async (...args) => (failures >= 5 ? 0 : inner.unread(...args)),
      }));
    },
  },
  {
    id: 'makes-up-for-refusals',
    title: 'sends the next message twice when one was refused',
    caughtBy: ['errors/sends-after-failure'],
    sabotage(transport) {
      let refused = false;
      return withSend(transport, (inner) => ({
        async dispatch(...args) {
          if (refused) await inner.dispatch(...args);
          refused = false;
          return whenFailing(inner.dispatch(...args), 'recipient.refused', (error) => {
            refused = true;
            throw error;
          });
        },
      }));
    },
  },
];
