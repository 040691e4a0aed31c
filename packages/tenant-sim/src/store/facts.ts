import { type BodyFacts, bodyFacts, type HeaderFacts, headerFacts } from '../mime/facts.ts';
import type { Message } from './message.ts';
import type { MessageSource } from './source.ts';

/** What messages say, read when asked for and remembered for the last of them. */
export interface FactReader {
  headers(message: Message): HeaderFacts;
  body(message: Message): Promise<BodyFacts>;
  /** Octets of the text as kept. */
  size(message: Message): number;
}

/** Enough for a few pages of every client, and far below 100,000. */
const REMEMBERED = 4_000;
/** Bodies with their attachments are larger. */
const REMEMBERED_BODIES = 64;

export function createFactReader(): FactReader {
  const headers = new Recent<HeaderFacts>(REMEMBERED, (source) => headerFacts(source.read()));
  const bodies = new Recent<Promise<BodyFacts>>(REMEMBERED_BODIES, (source) => bodyFacts(source.read()));
  const sizes = new Recent<number>(REMEMBERED * 25, (source) => source.size);
  return {
    headers: ({ source }) => headers.get(source),
    body: ({ source }) => bodies.get(source),
    size: ({ source }) => sizes.get(source),
  };
}

/** Remembers what was used last. A changed message has another source, so nothing has to be forgotten by hand. */
class Recent<T> {
  readonly #values = new Map<MessageSource, T>();
  readonly #limit: number;
  readonly #make: (source: MessageSource) => T;

  constructor(limit: number, make: (source: MessageSource) => T) {
    this.#limit = limit;
    this.#make = make;
  }

  get(source: MessageSource): T {
    let value = this.#values.get(source);
    if (value === undefined) value = this.#make(source);
    else this.#values.delete(source);
    this.#values.set(source, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#limit && oldest) this.#values.delete(oldest);
    return value;
  }
}
