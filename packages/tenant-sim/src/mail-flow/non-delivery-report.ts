import { bodyOffset } from '../mime/headers.ts';
import { headerFacts } from '../mime/facts.ts';

interface Failed {
  readonly raw: Buffer;
  readonly recipient: string;
  readonly to: string;
  readonly at: Date;
}

/** What comes back for a recipient the tenant does not have (RFC 3464): after a 202 of Graph the only sign of it. */
export function nonDeliveryReport({ raw, recipient, to, at }: Failed): Buffer {
  const boundary = crypto.randomUUID();
  const { subject = '', internetMessageId } = headerFacts(raw);
  const domain = recipient.slice(recipient.indexOf('@') + 1);
  const lines = [
    `From: <postmaster@${domain}>`,
    `To: <${to}>`,
    `Subject: Undeliverable: ${subject.replaceAll(/[^ -~]/g, '?')}`,
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${crypto.randomUUID()}@${domain}>`,
    ...(internetMessageId === undefined ? [] : [`In-Reply-To: ${internetMessageId}`, `References: ${internetMessageId}`]),
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `Delivery has failed to these recipients or groups: ${recipient}`,
    "The email address you entered couldn't be found.",
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns;${domain}`,
    '',
    `Final-recipient: RFC822;${recipient}`,
    'Action: failed',
    'Status: 5.1.10',
    'Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(lines.join('\r\n')), raw.subarray(0, bodyOffset(raw)), Buffer.from(`\r\n--${boundary}--\r\n`)]);
}
