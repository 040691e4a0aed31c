import type { Submission } from '@signalbox/core';
import PostalMime, { type Email } from 'postal-mime';
import { expect } from 'vitest';
import { hurried } from './letters.ts';
import type { Setting } from './setting.ts';

/** Sends it, and reads what left by a library that has no part in sending. */
export async function sent({ open, tenant }: Setting, submission: Submission): Promise<Email> {
  const { send } = await open({}, { clock: hurried(tenant.clock) });
  await send!.dispatch(submission);
  expect(tenant.mailFlow.submitted.length).toBe(1);
  return PostalMime.parse(tenant.mailFlow.submitted[0]!.raw, { attachmentEncoding: 'arraybuffer', forceRfc822Attachments: true });
}

/** What a file of a mail that was read has. */
export const octetsOf = ({ content }: Email['attachments'][number]): Buffer => Buffer.from(content as ArrayBuffer);
