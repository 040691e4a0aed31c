import { ImapRefusal } from '../refusal.ts';
import type { Numbered, Selection } from '../selection.ts';
import type { Parser } from '../wire/parser.ts';

export interface Chosen {
  /** Those that are still there. */
  readonly messages: readonly Numbered[];
  /** Some are gone, which the session has not been told yet. */
  readonly someGone: boolean;
}

/** The messages that a command is about. UIDs that do not exist are passed over, numbers that do not are an error. */
export function chosenMessages(selection: Selection, parser: Parser, byUid: boolean): Chosen {
  parser.space();
  const found = selection.resolve(parser.sequenceSet(), byUid);
  if (!found) throw new ImapRefusal('BAD The specified message set is invalid.');
  const messages = found.filter((numbered) => !selection.isGone(numbered));
  return { messages, someGone: messages.length < found.length };
}

/** RFC 2180 §4.1.2, RFC 5530: the rest was done, and the client learns why something is missing. */
export const outcome = (word: string, someGone: boolean): string => (someGone ? 'NO [EXPUNGEISSUED] Some of the messages no longer exist.' : `OK ${word} completed.`);
