import { randomBytes } from 'node:crypto';
import { toModifiedUtf7 } from '../modified-utf7.ts';

const CR = 0x0d;
const LF = 0x0a;

/** As Maildir wants it: CRLF becomes LF, everything else stays, NUL and lone CR among it. */
export function toStored(message: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(message.length);
  let length = 0;
  for (let at = 0; at < message.length; at++) {
    const byte = message[at] ?? 0;
    if (byte === CR && message[at + 1] === LF) continue;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** As Dovecot serves it: every LF is a CRLF. */
export function toServed(stored: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(stored.length + countBareLf(stored));
  let length = 0;
  for (let at = 0; at < stored.length; at++) {
    const byte = stored[at] ?? 0;
    if (byte === LF && stored[at - 1] !== CR) out[length++] = CR;
    out[length++] = byte;
  }
  return out;
}

function countBareLf(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === LF && bytes[at - 1] !== CR) count++;
  return count;
}

const LETTERS: Readonly<Record<string, string>> = { '\\Draft': 'D', '\\Flagged': 'F', '\\Answered': 'R', '\\Seen': 'S', '\\Deleted': 'T' };

let delivered = 0;

/** A fresh file name. With both sizes in it Dovecot need not read the file to know them. */
export function maildirName(stored: Uint8Array, flags: readonly string[]): { readonly guid: string; readonly name: string } {
  // Dovecot numbers new files in the order of these names: seconds, then M<microseconds>; a counter keeps our order.
  const order = String(++delivered).padStart(8, '0');
  const guid = `${Math.floor(Date.now() / 1000)}.M${order}P${process.pid}R${randomBytes(6).toString('hex')}.lab`;
  const letters = flags.map((flag) => LETTERS[flag] ?? '').toSorted().join('');
  const sizes = `,S=${stored.length},W=${stored.length + countBareLf(stored)}`;
  return { guid: guid + sizes, name: `${guid}${sizes}:2,${letters}` };
}

/** `A/B` is `.A.B` on disk; INBOX is the Maildir itself. */
export function folderPath(folder: string): string {
  if (folder.toUpperCase() === 'INBOX') return '';
  return `.${folder.split('/').map(toModifiedUtf7).join('.')}`;
}

/** A dovecot-uidlist without messages: they are numbered anew from `nextUid`, under the validity given. */
export function emptyUidList(uidValidity: number, nextUid: number): string {
  return `3 V${uidValidity} N${nextUid} G${randomBytes(16).toString('hex')}\n`;
}
