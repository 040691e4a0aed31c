import { type Clock, isMailError, type Submission } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import type { Tenant } from '@signalbox/tenant-sim';
import { ADDRESS } from './setting.ts';

export const MESSAGE_ID = 'letter-1@contoso.test';
export const ADA = 'ada@example.org';

export interface Letter {
  readonly submission: Submission;
  readonly raw: string;
}

export interface LetterOptions {
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly rcptTo?: Submission['envelope']['rcptTo'];
  readonly mailFrom?: string;
  readonly from?: string;
}

/** A letter from the mailbox to Ada, unless said otherwise. */
export function letter({ headers = [], body = 'Hello.\r\n', rcptTo = [ADA], mailFrom = ADDRESS, from = ADDRESS }: LetterOptions = {}): Letter {
  const lines = [`From: Sales <${from}>`, `To: Ada <${ADA}>`, 'Subject: A letter', 'Date: Tue, 24 Nov 2026 10:00:00 +0000', `Message-ID: <${MESSAGE_ID}>`, ...headers];
  const raw = `${lines.join('\r\n')}\r\n\r\n${body}`;
  return { raw, submission: { envelope: { mailFrom, rcptTo }, content: contentOf(raw) } };
}

/** The code with which something fails. */
export async function codeOf(failing: Promise<unknown>): Promise<string> {
  const error: unknown = await failing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isMailError(error) ? error.code : String(error);
}

/** Whoever waits for a while makes the tenant's time go by; the long watch over answers does not. */
export const hurried = (clock: Tenant['clock'], longestMs = 30_000): Clock => ({
  now: () => clock.now(),
  async sleep(ms, signal) {
    if (ms >= longestMs) return clock.sleep(ms, signal);
    signal?.throwIfAborted();
    clock.jump(ms);
  },
});
