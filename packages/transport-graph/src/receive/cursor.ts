import { type Cursor, type FolderId, MailError } from '@signalbox/core';
import { type CursorBinding, decodeCursor, encodeCursor } from '@signalbox/kit';
import { KnownMessages } from './known.ts';

const VERSION = 2;

/**
 * While a folder is gone through for the first time and nothing of it is to be reported: when that began, by the server's clock, and which
 * of the messages that changed about then were there already.
 */
export interface Silence {
  /** Milliseconds, whole seconds. */
  readonly since: number;
  readonly present: KnownMessages;
}

export interface Position {
  /** The server's link to what comes next, without the server. Opaque (FACTS.md F). */
  readonly link: string;
  /** The folder is being gone through for the first time. */
  readonly first: boolean;
  readonly known: KnownMessages;
  /** In the midst of a sweep, when that began: what came since is perhaps not on the pages that are left. Absent behind its last page. */
  readonly begun?: Date;
  readonly silence?: Silence;
  /** Ids of the subscriptions that whoever was here may have left behind, when it could not end them itself. */
  readonly subscriptions?: readonly string[];
}

/** There is one as a rule, and more where one could not be ended. Those that are left out end by themselves. */
const MOST_SUBSCRIPTIONS = 4;

const bindingOf = (refSpace: string, folder: FolderId): CursorBinding => ({ refSpace, folder, version: VERSION });

/** Where there is no room for them, fewer messages are known, and a change to one that is not is reported as one that may have come. */
export function writeCursor(refSpace: string, folder: FolderId, { link, first, known, begun, silence, subscriptions = [] }: Position): Cursor {
  const left = subscriptions.length > 0 ? [subscriptions.slice(-MOST_SUBSCRIPTIONS)] : [];
  for (const most of [256, 64, 0]) {
    try {
      return encodeCursor(bindingOf(refSpace, folder), [link, first ? 1 : 0, known.encode(most), begun?.getTime() ?? 0, ...(silence ? [silence.since, silence.present.encode(most)] : left.flatMap(() => [null, null])), ...left]);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new MailError('protocol.violation', `The server's link to what comes next has ${link.length} characters, more than a cursor can keep.`, { retry: 'never' });
}

/** Throws `cursor.foreign`, `cursor.expired`. */
export function readCursor(refSpace: string, folder: FolderId, cursor: Cursor): Position {
  const position = decodeCursor(bindingOf(refSpace, folder), cursor);
  const [link, first, known, begun, since, present, left] = Array.isArray(position) ? (position as readonly unknown[]) : [];
  if (typeof link !== 'string' || !link.startsWith('/') || typeof known !== 'string' || typeof begun !== 'number') throw new MailError('cursor.foreign', 'This cursor has no position in it.');
  const silence = typeof since === 'number' && typeof present === 'string' ? { silence: { since, present: new KnownMessages(present) } } : {};
  const subscriptions = Array.isArray(left) ? left.filter((id) => typeof id === 'string') : [];
  return { link, first: first === 1, known: new KnownMessages(known), ...(begun > 0 && { begun: new Date(begun) }), ...silence, ...(subscriptions.length > 0 && { subscriptions }) };
}
