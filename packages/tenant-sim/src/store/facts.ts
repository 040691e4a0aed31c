import { type BodyFacts, bodyFacts, headerDate, type HeaderFacts, headerFacts } from '../mime/facts.ts';
import type { Message } from './message.ts';
import { Recent } from './recent.ts';
import type { MessageSource } from './source.ts';

/** What messages say, read when asked for and remembered for the last of them. */
export interface FactReader {
  headers(message: Message): HeaderFacts;
  body(message: Message): Promise<BodyFacts>;
  /** `sentAt` of the headers, without the rest of them. Absent where there is no date. */
  sentAt(message: Message): Date | undefined;
  /** Octets of the text as kept. */
  size(message: Message): number;
}

/** Enough for a few pages of every client, and far below 100,000. */
const REMEMBERED = 4_000;
/** What takes a few octets is remembered for a whole large mailbox. */
const REMEMBERED_NUMBERS = 100_000;
/** Bodies with their attachments are larger. */
const REMEMBERED_BODIES = 64;

export function createFactReader(): FactReader {
  const headers = new Recent<MessageSource, HeaderFacts>(REMEMBERED, (source) => headerFacts(source.head?.() ?? source.read()));
  const bodies = new Recent<MessageSource, Promise<BodyFacts>>(REMEMBERED_BODIES, (source) => bodyFacts(source.read()));
  const sizes = new Recent<MessageSource, number>(REMEMBERED_NUMBERS, (source) => source.size);
  const dates = new Recent<MessageSource, Date | null>(REMEMBERED_NUMBERS, (source) => headerDate(source.head?.() ?? source.read()) ?? null);
  return {
    headers: ({ source }) => headers.get(source),
    body: ({ source }) => bodies.get(source),
    sentAt: ({ source }) => dates.get(source) ?? undefined,
    size: ({ source }) => sizes.get(source),
  };
}
