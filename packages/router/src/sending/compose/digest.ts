import { createHash, type Hash } from 'node:crypto';
import type { Content } from '@signalbox/core';

/** Tells whether two requests ask for the same mail: over what was given, not over what was made of it, which differs each time. */
export interface RequestDigest {
  /** The same content; what is read of it counts. */
  tap(content: Content): Content;
  /** Once everything was read. */
  value(): string;
}

export function digestOf(given: unknown): RequestDigest {
  const contents: { hash: Hash }[] = [];
  return {
    tap(content) {
      const slot = { hash: createHash('sha256') };
      contents.push(slot);
      return {
        ...(content.size !== undefined && { size: content.size }),
        open() {
          slot.hash = createHash('sha256'); // whoever opens it again reads from the start
          return hashing(content.open(), slot.hash);
        },
      };
    },
    value() {
      const whole = createHash('sha256').update(JSON.stringify(given));
      for (const { hash } of contents) whole.update(hash.copy().digest());
      return whole.digest('base64url');
    },
  };
}

async function* hashing(bytes: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
