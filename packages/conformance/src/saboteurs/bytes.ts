import type { ByteSource, Content, MessageRef, Receive } from '@signalbox/core';
import { collectBytes, contentOf } from '@signalbox/kit';

/** A source whose bytes pass through a generator. */
export const bendSource = (source: ByteSource, bend: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>): ByteSource => ({
  bytes: bend(source.bytes),
  [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
});

/** `fetchRaw` with the bytes passed through a generator. */
export const bendRaw = (inner: Receive, bend: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>): Pick<Receive, 'fetchRaw'> => ({
  fetchRaw: async (...args) => bendSource(await inner.fetchRaw(...args), bend),
});

/** Every chunk as text of one octet per character, changed and turned back. */
export const bendText =
  (bend: (text: string) => string) =>
  async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) yield Buffer.from(bend(Buffer.from(chunk).toString('latin1')), 'latin1');
  };

/** Content whose whole text was changed. */
export const bendContent = (content: Content, bend: (text: string) => string): Content => ({
  async *open() {
    const whole = await collectBytes(content.open());
    yield* contentOf(Buffer.from(bend(whole.toString('latin1')), 'latin1')).open();
  },
});

/** The header of a message as its octets say. */
export async function rawHeader(inner: Receive, ref: MessageRef): Promise<Buffer> {
  await using source = await inner.fetchRaw(ref);
  let read = Buffer.alloc(0);
  for await (const chunk of source.bytes) {
    read = Buffer.concat([read, chunk]);
    const end = read.indexOf('\r\n\r\n');
    if (end !== -1) return read.subarray(0, end + 2);
  }
  return read;
}
