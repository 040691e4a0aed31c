import type { LeanBody } from './body.ts';

/** The pieces as they come. Nothing is read ahead: back-pressure is the body's business. `onRead` tells that somebody has begun. */
export function streamOf(body: LeanBody, onRead: () => void): ReadableStream<Uint8Array> {
  return new LeanStream(
    {
      pull(controller) {
        onRead();
        const chunk = body.take();
        return chunk ? controller.enqueue(plain(chunk)) : pullLater(body, controller);
      },
      cancel() {
        onRead();
        body.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}

async function pullLater(body: LeanBody, controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
  const chunk = await body.next();
  if (chunk) controller.enqueue(plain(chunk));
  else controller.close();
}

/** `Buffer` overrides methods of `Uint8Array` in ways that nobody expects who was promised the latter. */
const plain = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);

/** A stream of bytes would copy each piece; whoever brings a buffer of his own to read into gets one that does. */
class LeanStream extends ReadableStream<Uint8Array> {
  override getReader(): ReadableStreamDefaultReader<Uint8Array>;
  override getReader(options: { mode: 'byob' }): ReadableStreamBYOBReader;
  override getReader(options?: { mode?: 'byob' }): ReadableStreamDefaultReader<Uint8Array> | ReadableStreamBYOBReader {
    return options?.mode === 'byob' ? bytesOf(super.getReader()).getReader({ mode: 'byob' }) : super.getReader();
  }
}

const bytesOf = (reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> =>
  new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(Uint8Array.from(value));
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: (reason) => reader.cancel(reason),
  });
