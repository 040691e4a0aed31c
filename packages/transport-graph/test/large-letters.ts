import type { Content, Submission } from '@signalbox/core';
import { ADA, MESSAGE_ID } from './letters.ts';
import { ADDRESS } from './setting.ts';

export const MB = 1_024 * 1_024;

/** A piece of a MIME text: as it stands, or octets made when they are read, in lines of base64. */
export type Piece = string | { readonly octets: number; readonly seed?: number };

const LINE = 57;
const LINES = 1_000;

/** Differs from place to place, so that what is lost, doubled or in another order shows. */
export const octetAt = (position: number, seed = 1): number => Math.imul(position + seed, 2_654_435_761) >>> 24;

export function octetsAt(offset: number, length: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at += 1) bytes[at] = octetAt(offset + at, seed);
  return bytes;
}

function* base64Lines({ octets, seed = 1 }: Exclude<Piece, string>): Generator<Buffer> {
  for (let offset = 0; offset < octets; offset += LINE * LINES) {
    const bytes = octetsAt(offset, Math.min(LINE * LINES, octets - offset), seed);
    const lines = bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    yield Buffer.from(lines.endsWith('\r\n') ? lines : `${lines}\r\n`);
  }
}

/** Content that is made anew whenever it is opened; counts how often it was. */
export function contentOfPieces(pieces: readonly Piece[]): Content & { readonly opened: number } {
  let opened = 0;
  return {
    get opened() {
      return opened;
    },
    async *open() {
      opened += 1;
      for (const piece of pieces) {
        if (typeof piece === 'string') yield Buffer.from(piece);
        else yield* base64Lines(piece);
      }
    },
  };
}

const HEADER = [`From: Sales <${ADDRESS}>`, `To: Ada <${ADA}>`, 'Subject: =?utf-8?Q?Gro=C3=9Fe_Post?=', 'Date: Tue, 24 Nov 2026 10:00:00 +0000', `Message-ID: <${MESSAGE_ID}>`, 'MIME-Version: 1.0'];

/** A message of the mailbox to Ada: `contentType` of the whole, further header lines, what stands below. */
export function largeLetter(contentType: string, pieces: readonly Piece[], headers: readonly string[] = []): Submission & { readonly content: { readonly opened: number } } {
  const head = `${[...HEADER, ...headers, `Content-Type: ${contentType}`].join('\r\n')}\r\n\r\n`;
  return { envelope: { mailFrom: ADDRESS, rcptTo: [ADA] }, content: contentOfPieces([head, ...pieces]) };
}

export interface AttachedFile {
  readonly name: string;
  readonly octets: number;
  readonly seed?: number;
}

/** Text and files, which is what most large mail is. */
export const letterWithFiles = (files: readonly AttachedFile[], headers: readonly string[] = []): ReturnType<typeof largeLetter> =>
  largeLetter(
    'multipart/mixed; boundary="outer"',
    [
      '--outer\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSee the files.\r\n',
      ...files.flatMap(({ name, octets, seed = 1 }): Piece[] => [
        `--outer\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
        { octets, seed },
      ]),
      '--outer--\r\n',
    ],
    headers,
  );
