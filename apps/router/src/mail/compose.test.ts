import { expect, it } from 'vitest';
import { composeMessage } from './compose.ts';

const draft = { from: 'sales@example.com', to: ['a@example.com'], bcc: ['hidden@example.com'], subject: 'Grüße', text: 'Hello\n' };
const now = new Date('2026-03-04T05:06:07Z');

it('fixes Message-ID and Date before anything is sent', async () => {
  const { bytes, messageId } = await composeMessage(draft, { now, keepBcc: false });
  const text = bytes.toString();
  expect(text).toContain(`Message-ID: <${messageId}>`);
  expect(messageId).toMatch(/@example\.com$/);
  expect(text).toContain('Date: Wed, 04 Mar 2026 05:06:07 +0000');
});

it('writes Bcc only where the server takes the recipients from the headers', async () => {
  expect((await composeMessage(draft, { now, keepBcc: false })).bytes.toString()).not.toContain('hidden@');
  expect((await composeMessage(draft, { now, keepBcc: true })).bytes.toString()).toContain('Bcc: hidden@example.com');
});

it('never reads a file or address that a text names', async () => {
  const text = 'file:///etc/passwd';
  expect((await composeMessage({ ...draft, text }, { now, keepBcc: false })).bytes.toString()).toContain(text);
});
