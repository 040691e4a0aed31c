import { isUtf8 } from 'node:buffer';
import type { MessageSummary, Receive } from '@signalbox/core';
import { rawHeader } from './bytes.ts';
import type { Saboteur } from './saboteur.ts';
import { bendAdded, withReceive } from './wrap.ts';

type Bend = (message: MessageSummary, header: Buffer) => MessageSummary | undefined;

/** Every new message bent, knowing its header as it stands. */
const knowingHeader = (inner: Receive, bend: Bend): Pick<Receive, 'changes'> => bendAdded(inner, async (message) => bend(message, await rawHeader(inner, message.ref)));

const subjectLine = (header: Buffer): string => /^Subject: (.*)$/m.exec(header.toString())?.[1]?.trim() ?? '';

export const HEADER_SABOTEURS: readonly Saboteur[] = [
  {
    id: 'drops-repeated-message-ids',
    title: 'reports a Message-ID once and takes the second message for the same',
    caughtBy: ['message/same-message-id-twice'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => ({
        changes(request) {
          const seen = new Set<string>();
          return bendAdded(inner, (message) => {
            if (message.messageId === undefined) return message;
            const repeated = seen.has(message.messageId);
            seen.add(message.messageId);
            return repeated ? undefined : message;
          }).changes(request);
        },
      })),
  },
  {
    id: 'invents-message-ids',
    title: 'makes up a Message-ID where there is none',
    caughtBy: ['message/no-message-id'],
    sabotage: (transport) => withReceive(transport, (inner) => bendAdded(inner, (message) => ({ ...message, messageId: message.messageId ?? `${message.ref.key}@invented.example` }))),
  },
  {
    id: 'reads-message-ids-by-line',
    title: 'overlooks a Message-ID that begins on the next line',
    caughtBy: ['message/message-id-on-next-line'],
    sabotage: (transport) =>
      withReceive(transport, (inner) =>
        knowingHeader(inner, (message, header) => {
          const { messageId, ...rest } = message;
          return header.includes('Message-ID:\r\n') || messageId === undefined ? rest : message;
        }),
      ),
  },
  {
    id: 'invents-dates',
    title: 'takes the time of arrival where the Date header says nothing',
    caughtBy: ['message/no-date'],
    sabotage: (transport) => withReceive(transport, (inner) => bendAdded(inner, (message) => ({ ...message, sentAt: message.sentAt ?? message.receivedAt }))),
  },
  {
    id: 'invents-subjects',
    title: 'gives an empty subject to a message that has none',
    caughtBy: ['message/no-subject'],
    sabotage: (transport) => withReceive(transport, (inner) => bendAdded(inner, (message) => ({ ...message, subject: message.subject ?? '' }))),
  },
  {
    id: 'knows-one-sender',
    title: 'tells only the first of several senders',
    caughtBy: ['message/sender'],
    sabotage: (transport) => withReceive(transport, (inner) => bendAdded(inner, (message) => (message.from ? { ...message, from: message.from.slice(0, 1) } : message))),
  },
  {
    id: 'reads-threads-backwards',
    title: 'tells references with the newest first',
    caughtBy: ['message/thread-headers'],
    sabotage: (transport) => withReceive(transport, (inner) => bendAdded(inner, (message) => (message.references ? { ...message, references: message.references.toReversed() } : message))),
  },
  {
    id: 'knows-reports-by-sender',
    title: 'takes everything that a mail system sends for a delivery report, and nothing else',
    caughtBy: ['message/report-type'],
    sabotage: (transport) =>
      withReceive(transport, (inner) =>
        bendAdded(inner, (message) => {
          const { reportType: _, ...rest } = message;
          return message.from?.some((address) => /^mailer-daemon@/i.test(address)) ? { ...rest, reportType: 'delivery-status' } : rest;
        }),
      ),
  },
  {
    id: 'leaves-subjects-encoded',
    title: 'tells a subject in RFC 2047 as it is encoded',
    caughtBy: ['message/encoded-subject'],
    sabotage: (transport) =>
      withReceive(transport, (inner) => knowingHeader(inner, (message, header) => (subjectLine(header).startsWith('=?') ? { ...message, subject: subjectLine(header) } : message))),
  },
  {
    id: 'takes-utf8-for-latin1',
    title: 'reads 8-bit headers in the wrong character set',
    caughtBy: ['message/eight-bit-headers'],
    sabotage: (transport) =>
      withReceive(transport, (inner) =>
        knowingHeader(inner, (message, header) => {
          const eightBit = header.some((octet) => octet > 127);
          return eightBit && message.subject !== undefined ? { ...message, subject: Buffer.from(message.subject).toString('latin1') } : message;
        }),
      ),
  },
  {
    id: 'passes-over-odd-headers',
    title: 'passes over a message whose headers are not UTF-8',
    caughtBy: ['message/unreadable-headers'],
    sabotage: (transport) => withReceive(transport, (inner) => knowingHeader(inner, (message, header) => (isUtf8(header) ? message : undefined))),
  },
  {
    id: 'reads-subjects-by-line',
    title: 'tells the first line of a folded subject',
    caughtBy: ['message/folded-headers'],
    sabotage: (transport) =>
      withReceive(transport, (inner) =>
        knowingHeader(inner, (message, header) => (/^Subject: .*\r\n[ \t]/m.test(header.toString()) ? { ...message, subject: subjectLine(header) } : message)),
      ),
  },
];
