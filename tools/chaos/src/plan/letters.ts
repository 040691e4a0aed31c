import { taggedText } from '../tag.ts';

export interface LetterFacts {
  readonly tag: string;
  readonly to: string;
  readonly from?: string;
  readonly subject?: string;
  /** Absent where there is none, as from some scanners. */
  readonly messageId?: string;
  readonly sentAt: Date;
  /** Lines of header beside the usual ones. */
  readonly more?: readonly string[];
  /** Octets of text, about. */
  readonly size?: number;
}

/** A letter as it comes. */
export function letter({ tag, to, from = `sender-${tag}@elsewhere.example`, subject = `Letter ${tag}`, messageId, sentAt, more = [], size = 0 }: LetterFacts): Buffer {
  const lines = [
    `Received: from mx.elsewhere.example by mx.chaos.test; ${mailDate(sentAt)}`,
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${mailDate(sentAt)}`,
    ...(messageId === undefined ? [] : [`Message-ID: <${messageId}>`]),
    ...more,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    taggedText(
      tag,
      Array.from({ length: Math.ceil(size / 70) }, () => 'All work and no play makes a dull mailbox. '.padEnd(68, '.')),
    ),
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** What no standard allows: no header that can be read, a boundary that never comes, octets that are no text. */
export function malformedLetter(tag: string, variant: number): Buffer {
  const text = taggedText(tag);
  const letters = [
    `This is no header\r\n\x00\x01 : : :\r\n\r\n${text}`,
    `Content-Type: multipart/mixed; boundary="never"\r\nSubject: =?utf-8?B?////\r\nDate: yesterday\r\nFrom: <<>>@@\r\n\r\n${text}`,
    `Subject: cut off\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${text}`,
    `From: x@y.example\nSubject: bare line feeds\n\n${text}\xff\xfe`,
  ];
  return Buffer.from(letters[variant % letters.length]!, 'latin1');
}

const mailDate = (date: Date): string => date.toUTCString().replace('GMT', '+0000');
