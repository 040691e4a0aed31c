import { message } from './build.ts';

/** One part of a multipart message: its header lines and its encoded body. */
export interface Part {
  readonly headers: readonly string[];
  readonly body: string;
}

const BOUNDARY = 'signalbox-boundary';

/** A multipart message with these parts. */
export function multipart(subject: string, parts: readonly Part[], subtype = 'mixed'): Buffer {
  const bodies = parts.map(({ headers, body }) => `--${BOUNDARY}\r\n${headers.join('\r\n')}\r\n\r\n${body}\r\n`);
  return message({
    subject,
    headers: ['MIME-Version: 1.0', `Content-Type: multipart/${subtype}; boundary="${BOUNDARY}"`],
    body: `${bodies.join('')}--${BOUNDARY}--\r\n`,
  });
}

export const textPart = (text: string): Part => ({ headers: ['Content-Type: text/plain; charset=utf-8'], body: text });

/** A part in base64, with the Content-Type and Content-Disposition given. */
export const filePart = (bytes: Uint8Array, contentType: string, disposition: string, more: readonly string[] = []): Part => ({
  headers: [`Content-Type: ${contentType}`, `Content-Disposition: ${disposition}`, 'Content-Transfer-Encoding: base64', ...more],
  body: Buffer.from(bytes).toString('base64').replaceAll(/.{76}/g, '$&\r\n'),
});

/** Bytes of every value, so that a wrong decoding shows. */
export const everyByte = (): Uint8Array => Uint8Array.from({ length: 1024 }, (_, index) => index % 256);

/** A multipart whose closing boundaries are missing, with a part that claims an unknown encoding: parsers must not fail on it. */
export const malformedTree = (subject: string): Buffer =>
  message({
    subject,
    headers: ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="outer"'],
    body: [
      '--outer',
      'Content-Type: multipart/alternative; boundary="inner"',
      '',
      '--inner',
      'Content-Type text/plain without a colon',
      'Content-Transfer-Encoding: x-unknown',
      '',
      'text that no boundary closes',
      '--outer',
      'Content-Type: ;;; charset==',
      'Content-Disposition: attachment; filename="never closed',
      '',
      '=ZZ not quoted printable',
      '--inner',
    ].join('\r\n'),
  });
