import { createHash, type Hash } from 'node:crypto';

/** A digest of things in whatever order they came. */
export class Digest {
  readonly #parts: string[] = [];

  add(part: unknown): void {
    this.#parts.push(typeof part === 'string' ? part : JSON.stringify(part));
  }

  toString(): string {
    const hash = createHash('sha256');
    for (const part of this.#parts.toSorted()) hash.update(part).update('\n');
    return `${this.#parts.length}:${hash.digest('hex')}`;
  }
}

/** The sha256 of bytes that come in chunks. */
export async function hashOf(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const hash: Hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
