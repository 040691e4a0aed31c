import { MailError } from '@signalbox/core';
import libmime from 'libmime';
import { sendThroughSmtp } from '../refusals.ts';
import type { Part } from './parts.ts';

/** What one request takes (FACTS.md E6): text cannot be uploaded in pieces. */
const LARGEST_TEXT = 4 * 1_024 * 1_024;

/** A text part, decoded: from its charset, and from soft line breaks, which the new message does not declare (RFC 3676). */
export async function readText(part: Part): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of part.bytes()) {
    size += chunk.byteLength;
    if (size > LARGEST_TEXT) throw textTooLarge();
    chunks.push(chunk);
  }
  const { charset, flowed, delSp } = part.node;
  const text = decode(Buffer.concat(chunks), charset);
  return flowed ? libmime.decodeFlowed(text, delSp) : text;
}

export const textTooLarge = (): MailError =>
  new MailError('message.too-large', `Graph takes a message in requests of ${LARGEST_TEXT} octets, and the text alone is larger.`, { remedy: sendThroughSmtp });

/** Without a charset it is ASCII (RFC 2045 §5.2), which is UTF-8; what is neither has to be something. */
function decode(bytes: Buffer, charset: string | false): string {
  if (charset === false || /^(?:us-ascii|utf-?8)$/i.test(charset)) {
    const text = bytes.toString('utf8');
    return text.includes('\uFFFD') ? new TextDecoder('windows-1252').decode(bytes) : text;
  }
  return decoderOf(charset).decode(bytes);
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch {
    throw new MailError('capability.unsupported', `Above its limit for MIME, Graph takes text as Unicode only, and the charset ${JSON.stringify(charset)} is not known here.`, { remedy: sendThroughSmtp });
  }
}
