import { randomUUID } from 'node:crypto';

/** What a built message says. Header values are written as they stand: a case about headers encodes them itself. */
export interface MessageFields {
  readonly subject: string;
  /** `null`: the message has none. */
  readonly messageId?: string | null;
  readonly from?: string;
  readonly to?: string;
  /** `null`: the message has none. */
  readonly date?: string | null;
  /** Further header lines, without their line ends. */
  readonly headers?: readonly string[];
  readonly body?: string | Uint8Array;
}

/** Different at every call, so that worlds on one server never meet each other's mail. */
export const newMessageId = (): string => `${randomUUID()}@conformance.example`;

/** An RFC 5322 message with CRLF line ends. */
export function message(fields: MessageFields): Buffer {
  const { subject, messageId = newMessageId(), from = 'Robin Ostrander <robin@sender.example>', to = 'contact@recipient.example' } = fields;
  const { date = 'Mon, 05 Jan 2026 10:20:30 +0000', headers = [], body = `The body of ${subject}.\r\n` } = fields;
  const lines = [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    ...(date === null ? [] : [`Date: ${date}`]),
    ...(messageId === null ? [] : [`Message-ID: <${messageId}>`]),
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), typeof body === 'string' ? Buffer.from(body) : body]);
}

/** Messages with the subjects given, a body each. */
export const messages = (...subjects: readonly string[]): Buffer[] => subjects.map((subject) => message({ subject }));

/** A report of failure as a mail server writes it (RFC 3464), from whoever. */
export function deliveryReport({ headers = [], ...fields }: Omit<MessageFields, 'body'>): Buffer {
  const parts = [
    ['text/plain', 'Your message did not get through.'],
    ['message/delivery-status', 'Reporting-MTA: dns; mx.sender.example\r\n\r\nFinal-Recipient: rfc822; nobody@sender.example\r\nAction: failed\r\nStatus: 5.1.1'],
    ['text/rfc822-headers', 'Subject: what was sent'],
  ].map(([type, text]) => `--report\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`);
  const contentType = 'Content-Type: multipart/report;\r\n\tboundary="report";\r\n\treport-type="delivery-status"';
  return message({ ...fields, headers: [...headers, 'MIME-Version: 1.0', contentType], body: `${parts.join('')}--report--\r\n` });
}
