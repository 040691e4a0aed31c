import { isAscii, isUtf8 } from 'node:buffer';
import type { Content, InternetMessageId } from '@signalbox/core';
import { normalizeMessageId } from '@signalbox/kit';

/** As much of a message as is looked at before it is sent. Most messages fit in it whole. */
const HEAD_SIZE = 64 * 1024;

/** The beginning of a message, and the way to the rest: content is opened once and never held as a whole. */
export interface Head {
  readonly chunks: readonly Uint8Array[];
  readonly rest: AsyncIterator<Uint8Array>;
  /** Read from the header; absent when it has none. */
  readonly messageId: InternetMessageId | undefined;
  /** UTF-8 outside ASCII in the header: RFC 6531 §3.4. */
  readonly smtpUtf8: boolean;
  /** RFC 6152. The declaration permits octets above 127, it does not promise any: so it is made whenever they cannot be ruled out. */
  readonly eightBit: boolean;
}

export async function readHead(content: Content): Promise<Head> {
  const rest = content.open()[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let whole = false;
  while (!whole && size < HEAD_SIZE) {
    const step = await rest.next();
    if (step.done) whole = true;
    else if (step.value.byteLength > 0) {
      chunks.push(step.value);
      size += step.value.byteLength;
    }
  }
  const [only] = chunks;
  const start = chunks.length === 1 && only ? Buffer.from(only.buffer, only.byteOffset, Math.min(size, HEAD_SIZE)) : Buffer.concat(chunks, Math.min(size, HEAD_SIZE));
  const header = headerOf(start);
  return {
    chunks,
    rest,
    messageId: messageIdOf(header),
    smtpUtf8: !isAscii(header) && isUtf8(header),
    eightBit: !whole || size > HEAD_SIZE || !isAscii(start),
  };
}

/** RFC 5322 §2.1: the header ends at the first empty line. */
function headerOf(start: Buffer): Buffer {
  const ends = ['\r\n\r\n', '\n\n'].map((end) => start.indexOf(end)).filter((at) => at !== -1);
  return ends.length === 0 ? start : start.subarray(0, Math.min(...ends));
}

const messageIdOf = (header: Buffer): InternetMessageId | undefined =>
  normalizeMessageId(/^message-id:((?:.*\r?\n[ \t])*.*)$/im.exec(header.toString('latin1'))?.[1]);
