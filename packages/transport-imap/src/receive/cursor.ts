import { type Cursor, type FolderId, MailError } from '@signalbox/core';
import { type CursorBinding, decodeCursor, encodeCursor } from '@signalbox/kit';
import type { UidRange } from '../uid-set.ts';

/** UIDs that were passed by without having been seen, and are asked for again. */
export interface Hole {
  readonly range: UidRange;
  /** When it was first noticed, in seconds since 1970. */
  readonly since: number;
  /** The server itself named these UIDs: they are kept until they were read or the server no longer names them. */
  readonly named: boolean;
}

export interface Position {
  readonly uidValidity: string;
  /** The lowest UID that has not been looked for. */
  readonly next: number;
  /** The highest UIDNEXT the server ever told: a lower one means that the folder was restored from a backup. */
  readonly uidNext: number;
  readonly holes: readonly Hole[];
}

/** More than this would not fit into a cursor of 8 KiB with certainty. */
const MOST_HOLES = 128;
/** UIDs are given out once and for ever, so a gap that stays empty this long is a message that was deleted or moved in the meantime. */
const PATIENCE_S = 15 * 60;

const binding = (refSpace: string, folder: FolderId): CursorBinding => ({ refSpace, folder, version: 1 });

export const writeCursor = (refSpace: string, folder: FolderId, { uidValidity, next, uidNext, holes }: Position): Cursor =>
  encodeCursor(binding(refSpace, folder), [uidValidity, next, uidNext, holes.map(({ range, since, named }) => [...range, since, named ? 1 : 0])]);

/** Throws `cursor.foreign`, `cursor.expired`. */
export function readCursor(refSpace: string, folder: FolderId, cursor: Cursor): Position {
  const position = decodeCursor(binding(refSpace, folder), cursor);
  if (Array.isArray(position)) {
    const [uidValidity, next, uidNext, holes] = position as unknown[];
    if (typeof uidValidity === 'string' && typeof next === 'number' && typeof uidNext === 'number' && Array.isArray(holes)) {
      return { uidValidity, next, uidNext, holes: holes.map(readHole) };
    }
  }
  throw new MailError('cursor.foreign', 'This cursor was not made by this transport.');
}

function readHole(value: unknown): Hole {
  const [first, last, since, named] = Array.isArray(value) ? (value as unknown[]).map(Number) : [];
  if (!first || !last || since === undefined) throw new MailError('cursor.foreign', 'This cursor was not made by this transport.');
  return { range: [first, last], since, named: named === 1 };
}

/** Forgets gaps that have stayed empty, and joins what lies side by side. */
export function freshHoles(holes: readonly Hole[], nowSeconds: number): Hole[] {
  const sorted = holes
    .filter(({ named, since }) => named || nowSeconds - since < PATIENCE_S)
    .sort((a, b) => a.range[0] - b.range[0]);
  const joined: Hole[] = [];
  for (const hole of sorted) {
    const last = joined.at(-1);
    if (last && last.range[1] + 1 === hole.range[0] && last.named === hole.named && last.since === hole.since) {
      joined[joined.length - 1] = { ...last, range: [last.range[0], hole.range[1]] };
    } else {
      joined.push(hole);
    }
  }
  return joined;
}

/**
 * A cursor has room for so many holes. What the server named but did not show must not be lost: with too many of those the
 * position itself goes back to the first that is left over, and what lies behind it is reported again, which is allowed.
 * Mere gaps are forgotten instead, the oldest first: late messages are recent ones.
 */
export function boundHoles(position: Position): Position {
  if (position.holes.length <= MOST_HOLES) return position;
  const named = position.holes.filter((hole) => hole.named);
  const gaps = position.holes.filter((hole) => !hole.named);
  const kept = named.slice(0, MOST_HOLES);
  const leftOver = named[MOST_HOLES];
  const room = MOST_HOLES - kept.length;
  const holes = [...kept, ...(room > 0 ? gaps.slice(-room) : [])].sort((a, b) => a.range[0] - b.range[0]);
  return { ...position, holes, next: leftOver ? Math.min(position.next, leftOver.range[0]) : position.next };
}
