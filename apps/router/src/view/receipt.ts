import type { EmailAddress, InternetMessageId, Receipt } from '@signalbox/core';
import { printable, wrap } from './text.ts';
import type { Channel } from './terminal.ts';

export interface SentMail {
  readonly mailbox: string;
  readonly from: EmailAddress;
  /** The one we wrote; the receipt's own takes precedence, as a server may replace it. */
  readonly messageId: InternetMessageId;
  readonly receipt: Receipt;
}

const SENT_COPY: Readonly<Record<Receipt['sentCopy'], string>> = {
  'saved': 'in the Sent folder',
  'not-saved': 'none: this server keeps no copy',
  'unknown': 'the server does not say',
};

const INDENT = ' '.repeat(16);

export function renderReceipt({ mailbox, from, messageId, receipt }: SentMail, { colors, width }: Pick<Channel, 'colors' | 'width'>): string {
  const { accepted, detail, sentCopy } = receipt;
  const answer = printable([detail?.status, detail?.text].filter(Boolean).join(' '));
  const row = (name: string, value: string): string => wrap(value, width, INDENT).replace(INDENT, `  ${colors.dim(name.padEnd(INDENT.length - 2))}`);
  return [
    `${colors.green('✔')} Sent through ${colors.bold(mailbox)}`,
    row('From', from),
    row('Accepted for', accepted.join(', ')),
    row('Message-ID', `<${receipt.messageId ?? messageId}>`),
    ...(answer ? [row('Server', answer)] : []),
    row('Sent copy', SENT_COPY[sentCopy]),
  ].join('\n');
}

export const receiptJson = ({ mailbox, from, messageId, receipt }: SentMail): unknown => ({
  ok: true,
  mailbox,
  from,
  accepted: receipt.accepted,
  messageId: receipt.messageId ?? messageId,
  sentCopy: receipt.sentCopy,
  ...(receipt.detail && { detail: receipt.detail }),
});
