import type { SubmittedMessage } from '@signalbox/conformance';
import type { EmailAddress } from '@signalbox/core';
import type { SecondDoor } from '@signalbox/lab';

/**
 * What the server took for sending, as it shows in the recipients' inboxes. A mail to two of them lies in both, so equal
 * content is one submission again; the same mail sent twice lies twice in each.
 */
export async function submittedTo(inboxes: SecondDoor, recipients: readonly EmailAddress[]): Promise<readonly SubmittedMessage[]> {
  const submitted = new Map<string, { mailFrom?: EmailAddress; readonly rcptTo: EmailAddress[]; readonly raw: Buffer }>();
  for (const recipient of recipients) {
    const copies = new Map<string, number>();
    for (const { raw } of await inboxes.messages(recipient)) {
      const { mailFrom, content } = withoutTrace(raw);
      const text = content.toString('latin1');
      const copy = copies.get(text) ?? 0;
      copies.set(text, copy + 1);
      const known = submitted.get(`${copy} ${text}`);
      if (known) known.rcptTo.push(recipient);
      else submitted.set(`${copy} ${text}`, { ...(mailFrom && { mailFrom }), rcptTo: [recipient], raw: content });
    }
  }
  return [...submitted.values()];
}

/** Servers put trace headers before the content they took (RFC 5321 §4.4): these leave again, so that bytes can be compared. */
function withoutTrace(raw: Buffer): { readonly mailFrom?: EmailAddress; readonly content: Buffer } {
  const text = raw.toString('latin1');
  const trace = /^(?:(?:Return-Path|Delivered-To|Received):.*\r\n(?:[ \t].*\r\n)*)+/i.exec(text)?.[0] ?? '';
  const mailFrom = /^Return-Path:\s*<([^>]*)>/im.exec(trace)?.[1];
  return { ...(mailFrom && { mailFrom }), content: raw.subarray(trace.length) };
}
