import { hash } from 'node:crypto';

/** Octets of a digest that are kept for each message: two of 256 agree by chance once in ten thousand million mailboxes. */
const OCTETS = 6;
/** A cursor has room for so many beside the server's own position. */
const MOST = 256;

/**
 * The messages reported last. A delta shows a message that has changed like one that has come (FACTS.md E4); what stands here has not come.
 * Most changes are to recent mail, which is read, flagged and filed soon after it was reported.
 */
export class KnownMessages {
  readonly #digests = new Set<string>();
  readonly #most: number;

  constructor(encoded = '', most = MOST) {
    this.#most = most;
    for (let at = 0; at + DIGEST <= encoded.length; at += DIGEST) this.#digests.add(encoded.slice(at, at + DIGEST));
  }

  has(key: string): boolean {
    return this.#digests.has(digestOf(key));
  }

  /** Whether it was known before. */
  add(key: string): boolean {
    const digest = digestOf(key);
    const wasKnown = this.#digests.delete(digest);
    this.#digests.add(digest);
    if (this.#digests.size > this.#most) {
      const [oldest] = this.#digests;
      if (oldest !== undefined) this.#digests.delete(oldest);
    }
    return wasKnown;
  }

  delete(key: string): void {
    this.#digests.delete(digestOf(key));
  }

  /** The youngest of them. */
  encode(most = MOST): string {
    return [...this.#digests].slice(Math.max(0, this.#digests.size - most)).join('');
  }
}

const DIGEST = (OCTETS * 8) / 6;
const digestOf = (key: string): string => hash('sha256', key, 'base64url').slice(0, DIGEST);
