import type { SecondDoor } from '@signalbox/lab';
import { describe, expect, it } from 'vitest';
import { submittedTo } from './submitted.ts';

const TRACE = 'Return-Path: <a@lab.test>\r\nDelivered-To: x@lab.test\r\nReceived: from there\r\n\tby here; now\r\n';
const inboxes = (mail: Readonly<Record<string, readonly string[]>>): Pick<SecondDoor, 'messages'> => ({
  messages: async (user) => (mail[user] ?? []).map((text, uid) => ({ uid, flags: [], raw: Buffer.from(text), receivedAt: new Date(0) })),
});

describe('what a server took for sending', () => {
  it('is one submission where the same content lies with two recipients, without the trace headers', async () => {
    const door = inboxes({ one: [`${TRACE}Subject: x\r\n\r\nx\r\n`], two: [`${TRACE}Subject: x\r\n\r\nx\r\n`] }) as SecondDoor;
    expect(await submittedTo(door, ['one', 'two'])).toEqual([{ mailFrom: 'a@lab.test', rcptTo: ['one', 'two'], raw: Buffer.from('Subject: x\r\n\r\nx\r\n') }]);
  });

  it('is two submissions where it lies twice with one recipient', async () => {
    const door = inboxes({ one: [`${TRACE}Subject: x\r\n\r\n`, `${TRACE}Subject: x\r\n\r\n`] }) as SecondDoor;
    expect((await submittedTo(door, ['one'])).map(({ rcptTo }) => rcptTo)).toEqual([['one'], ['one']]);
  });
});
