import type { MailTransport, MessageRef, Mutate } from '@signalbox/core';
import { bendContent } from './bytes.ts';
import type { Saboteur } from './saboteur.ts';
import { whenFailing } from './translate.ts';
import { withMutate } from './wrap.ts';

/** The same append, with what is handed over bent. */
const bendAppend = (transport: MailTransport, bend: (args: Parameters<Mutate['append']>) => Parameters<Mutate['append']>): MailTransport =>
  withMutate(transport, (inner) => ({ append: (...args) => inner.append(...bend(args)) }));

export const APPEND_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'closes-the-last-line',
    title: 'ends an appended copy with a line end it did not have',
    caughtBy: ['mutate/append-bytes'],
    sabotage: (transport) => bendAppend(transport, ([folder, content, options]) => [folder, bendContent(content, (text) => (text.endsWith('\r\n') ? text : `${text}\r\n`)), options]),
  },
  {
    id: 'appends-as-of-now',
    title: 'gives an appended copy the moment of appending, whatever was asked for',
    caughtBy: ['mutate/append-attributes', 'mutate/append-drafts-only'],
    sabotage: (transport) => bendAppend(transport, ([folder, content, { receivedAt: _ignored, ...options } = {}]) => [folder, content, options]),
  },
  {
    id: 'appends-as-read',
    title: 'marks an appended copy as read unasked',
    caughtBy: ['mutate/append-plain'],
    sabotage: (transport) => bendAppend(transport, ([folder, content, options]) => [folder, content, { keywords: ['$seen'], ...options }]),
  },
  {
    id: 'tells-the-last-ref-again',
    title: 'answers the ref of the copy that was appended before',
    caughtBy: ['mutate/append-tells-ref'],
    sabotage(transport) {
      let previous: MessageRef | undefined;
      return withMutate(transport, (inner) => ({
        async append(...args) {
          const ref = await inner.append(...args);
          const told = previous ?? ref;
          previous = ref;
          return told;
        },
      }));
    },
  },
  {
    id: 'appends-somewhere',
    title: 'puts a copy into the inbox when its folder does not exist',
    caughtBy: ['mutate/append-to-missing-folder'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        append: (folder, ...args) =>
          whenFailing(inner.append(folder, ...args), 'folder.not-found', async (error) => {
            const inbox = await transport.receive?.findFolder({ role: 'inbox' });
            if (!inbox) throw error;
            return inner.append(inbox.id, ...args);
          }),
      })),
  },
  {
    id: 'appends-without-odd-keywords',
    title: 'appends a copy without the keywords it cannot store',
    caughtBy: ['mutate/append-unsupported-keyword'],
    sabotage: (transport) =>
      withMutate(transport, (inner) => ({
        append: (folder, content, options) =>
          whenFailing(inner.append(folder, content, options), 'capability.unsupported', () =>
            inner.append(folder, content, { ...options, keywords: (options?.keywords ?? []).filter((keyword) => keyword.startsWith('$')) }),
          ),
      })),
  },
  {
    id: 'appends-drafts-for-anything',
    title: 'makes a draft of what was to be none, where it can only make drafts',
    caughtBy: ['mutate/append-drafts-only'],
    sabotage: (transport) =>
      bendAppend(transport, ([folder, content, options = {}]) => [folder, content, transport.mutate?.traits.appends === 'drafts' ? { ...options, keywords: [...(options.keywords ?? []), '$draft'] } : options]),
  },
  {
    id: 'never-full',
    title: 'takes a copy for a full mailbox and drops it',
    caughtBy: ['mutate/append-to-full-mailbox'],
    sabotage: (transport) => withMutate(transport, (inner) => ({ append: (...args) => whenFailing(inner.append(...args), 'quota.exceeded', () => undefined) })),
  },
];
