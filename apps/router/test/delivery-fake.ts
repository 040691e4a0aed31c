import { byteSourceOf } from '@signalbox/kit';
import type { HandedDelivery } from '../src/hand-over/handed-delivery.ts';

/** A delivery that notes what became of it. */
export interface FakeDelivery extends HandedDelivery {
  readonly notes: string[];
}

export type FakeOptions = Partial<Pick<HandedDelivery, 'id' | 'mailbox' | 'attempt' | 'receivedAt' | 'subject' | 'from' | 'visibleUntil' | 'raw' | 'ack' | 'nack' | 'extend'>> & { readonly text?: string };

export function fakeDelivery({ text = 'Subject: Hello\r\n\r\nHi\r\n', ...given }: FakeOptions = {}): FakeDelivery {
  const notes: string[] = [];
  return {
    id: '0199c7b1-0000-7000-8000-000000000001',
    mailbox: 'sales',
    attempt: 1,
    kind: 'message',
    receivedAt: new Date('2026-11-25T08:00:01.500Z'),
    subject: 'Hello',
    visibleUntil: new Date(Date.now() + 300_000),
    raw: async () => byteSourceOf(Buffer.from(text)),
    ack: async () => void notes.push('ack'),
    async extend() {
      notes.push('extend');
      return new Date(Date.now() + 300_000);
    },
    nack: async ({ delayMs, reason } = {}) => void notes.push(`nack ${String(delayMs)} ${String(reason)}`),
    ...given,
    notes,
  };
}
