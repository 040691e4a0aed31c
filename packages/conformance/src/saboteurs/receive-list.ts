import type { Keyword, MessageSummary } from '@signalbox/core';
import type { Saboteur } from './saboteur.ts';
import { bendAdded, withReceive } from './wrap.ts';

const YEARS = 5 * 365 * 86_400_000;

const without = (message: MessageSummary, keyword: Keyword): MessageSummary => ({ ...message, keywords: new Set([...message.keywords].filter((each) => each !== keyword)) });

export const LIST_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'lists-oldest-first',
    title: 'lists a whole folder with the oldest message first',
    caughtBy: ['receive/list-newest-first'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *list(request) {
          if (request.limit !== undefined || request.receivedSince) return yield* inner.list(request);
          const listed: MessageSummary[] = [];
          for await (const message of inner.list(request)) listed.unshift(message);
          yield* listed;
        },
      })),
  },
  {
    id: 'passes-over-the-first',
    title: 'passes over one message when any order will do',
    caughtBy: ['receive/list-any-order', 'receive/call-inside-many'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *list(request) {
          let first = request.order === 'any';
          for await (const message of inner.list(request)) {
            if (!first) yield message;
            first = false;
          }
        },
      })),
  },
  {
    id: 'ignores-the-limit',
    title: 'lists more than it was asked for',
    caughtBy: ['receive/list-limit', 'receive/list-any-order'],
    sabotage: (transport) => withReceive(transport, (inner) => ({ list: ({ limit: _ignored, ...request }) => inner.list(request) })),
  },
  {
    id: 'excludes-the-instant',
    title: 'lists what was received after an instant, the instant itself excluded',
    caughtBy: ['receive/list-received-since', 'receive/list-any-order'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *list(request) {
          for await (const message of inner.list(request)) {
            if (message.receivedAt.getTime() !== request.receivedSince?.getTime()) yield message;
          }
        },
      })),
  },
  {
    id: 'believes-the-date-header',
    title: 'takes an old Date header for the time of arrival',
    caughtBy: ['receive/received-at'],
    sabotage: (transport) =>
      withReceive(transport, (inner) =>
        bendAdded(inner, (message) => {
          const { sentAt, receivedAt } = message;
          return sentAt && receivedAt.getTime() - sentAt.getTime() > YEARS ? { ...message, receivedAt: sentAt } : message;
        }),
      ),
  },
  {
    id: 'loses-flags-of-read-mail',
    title: 'does not tell that a read message is flagged',
    caughtBy: ['receive/keywords', 'mutate/move'],
    sabotage: (transport) => withReceive(transport, (inner) => bendAdded(inner, (message) => (message.keywords.has('$seen') ? without(message, '$flagged') : message))),
  },
  {
    id: 'lists-without-flags',
    title: 'tells in a listing less than in a change',
    caughtBy: ['receive/list-agrees-with-changes'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *list(request) {
          for await (const message of inner.list(request)) yield without(message, '$flagged');
        },
      })),
  },
  {
    id: 'locates-the-first-only',
    title: 'stops looking when it has found a message',
    caughtBy: ['receive/locate-everywhere'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        async *locate(...args) {
          for await (const message of inner.locate(...args)) return yield message;
        },
      })),
  },
  {
    id: 'locates-everywhere',
    title: 'looks for a message also where it was not told to look',
    caughtBy: ['receive/locate-in-folders'],
    sabotage: (transport) => withReceive(transport, (inner) => ({ locate: ({ messageId }, options) => inner.locate({ messageId }, options) })),
  },
  {
    id: 'sorts-what-is-present',
    title: 'answers the refs that still exist in an order of its own',
    caughtBy: ['receive/present'],
    sabotage: (transport) => withReceive(transport, (inner) => ({ present: async (...args) => (await inner.present(...args)).toSorted((a, b) => (a.ref.key < b.ref.key ? -1 : 1)) })),
  },
  {
    id: 'tells-only-that-it-is-present',
    title: 'tells of refs that still exist no more than that',
    caughtBy: ['receive/present-as-listed'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({ present: async (...args) => (await inner.present(...args)).map(({ ref, receivedAt, keywords }) => ({ ref, receivedAt, keywords })) })),
  },
];
