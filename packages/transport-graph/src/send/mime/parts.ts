import { pipeline, Readable } from 'node:stream';
import type { CallOptions, Content } from '@signalbox/core';
import { abortableIterable } from '@signalbox/kit';
import { type MimeNode, Splitter, type SplitterChunk } from '@zone-eu/mailsplit';

/** One node of a message's structure, multipart or leaf, in the order of the text. */
export interface Part {
  /** The same for the same part whenever the content is read again. */
  readonly index: number;
  readonly node: MimeNode;
  /** The octets of a leaf, without their transfer encoding. To be read to the end before the next part is asked for, or not at all. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** Walks through a message as it streams by; of the content no more than a chunk is held. An attached message is a leaf. */
export async function* partsOf(content: Content, options?: CallOptions): AsyncGenerator<Part, void, undefined> {
  const walk = new Walk(splitterOver(content, options)[Symbol.asyncIterator]());
  try {
    for (let index = 0; ; index += 1) {
      const node = await walk.nextNode();
      if (!node) return;
      yield { index, node, bytes: () => decoded(node, walk.body()) };
    }
  } finally {
    await walk.end();
  }
}

function splitterOver(content: Content, options?: CallOptions): AsyncIterable<SplitterChunk> {
  const splitter = new Splitter({ ignoreEmbedded: true });
  pipeline(Readable.from(abortableIterable(content.open(), options?.signal), { objectMode: false }), splitter, () => {}); // a failure comes out of the splitter too
  return splitter as AsyncIterable<SplitterChunk>;
}

class Walk {
  readonly #events: AsyncIterator<SplitterChunk>;
  /** A body ends where the next node begins, which has been read by then. */
  #ahead: IteratorResult<SplitterChunk> | undefined;

  constructor(events: AsyncIterator<SplitterChunk>) {
    this.#events = events;
  }

  async nextNode(): Promise<MimeNode | undefined> {
    for (;;) {
      const step = this.#ahead ?? (await this.#events.next());
      this.#ahead = undefined;
      if (step.done) return undefined;
      if (step.value.type === 'node') return step.value;
    }
  }

  async *body(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const step = await this.#events.next();
      if (step.done || step.value.type === 'node') {
        this.#ahead = step;
        return;
      }
      if (step.value.type === 'body') yield step.value.value;
    }
  }

  async end(): Promise<void> {
    await this.#events.return?.();
  }
}

function decoded(node: MimeNode, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const decoder = node.getDecoder();
  pipeline(Readable.from(body), decoder, () => {}); // a failure comes out of the decoder too
  return decoder as AsyncIterable<Uint8Array>;
}
