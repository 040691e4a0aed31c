import { type FolderId, MailError, type MessageSummary } from '@signalbox/core';
import type { Connection, Selected } from '../connection/connection.ts';
import type { Session } from '../session.ts';
import { formatRanges, formatUids, gapsBetween, isWithin, toRanges, type UidRange, withoutUids } from '../uid-set.ts';
import { boundHoles, freshHoles, type Hole, type Position } from './cursor.ts';
import { fetchSummaries } from './summaries.ts';

/** Messages per batch: one FETCH, one cursor. */
export const BATCH = 250;

/** What one look at the folder found, before anything was read. */
export interface Sweep {
  readonly sweptAt: Date;
  /** Existing UIDs to be read, ascending. */
  readonly uids: readonly number[];
  /** Holds what is known once all of `uids` are read. */
  readonly position: Position;
  /** The session's count of news before the search began: what came later was perhaps not found. */
  readonly news: number;
}

/** The position of this moment, with nothing of what the folder holds to be reported. */
export async function positionNow(connection: Connection, folder: FolderId, signal?: AbortSignal): Promise<Position> {
  const selected = await connection.select(folder, { fresh: true, signal });
  const next = await nextUid(connection, selected, signal);
  return { uidValidity: selected.uidValidity, next, uidNext: next, holes: [] };
}

async function nextUid(connection: Connection, selected: Selected, signal?: AbortSignal): Promise<number> {
  if (selected.uidNext !== undefined) return selected.uidNext;
  const uids = selected.exists === 0 ? [] : await connection.search({ all: true }, signal);
  return (uids.at(-1) ?? 0) + 1;
}

export interface LookOptions {
  readonly folder: FolderId;
  /** Absent: from the beginning. */
  readonly position: Position | undefined;
  /** Ask the server for the folder anew; otherwise the view of the running session is trusted. */
  readonly fresh: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Finds what is to be read. Throws `cursor.expired`, `folder.not-found`. */
export async function look(session: Session, connection: Connection, { folder, position, fresh, signal }: LookOptions): Promise<Sweep> {
  const sweptAt = session.clock.now();
  const selected = await connection.select(folder, { fresh, signal });
  const start: Position = position ?? { uidValidity: selected.uidValidity, next: 1, uidNext: 1, holes: [] };
  refuseExpired(start, selected, fresh);
  const { news } = connection;
  const asked: UidRange[] = start.holes.map(({ range }) => range);
  const set = [...(asked.length > 0 ? [formatRanges(asked)] : []), `${start.next}:*`].join(',');
  // `n:*` also finds the last message when n lies beyond it (RFC 9051 §9, seq-range).
  const found = selected.exists === 0 && fresh ? [] : (await connection.search({ uid: set }, signal)).filter((uid) => uid >= start.next || isWithin(asked, uid));
  return { sweptAt, uids: found, news, position: positionAfter(start, found, selected, sweptAt, position === undefined) };
}

function refuseExpired(start: Position, selected: Selected, fresh: boolean): void {
  if (start.uidValidity !== selected.uidValidity) {
    throw new MailError('cursor.expired', 'The server has numbered this folder anew (UIDVALIDITY changed).');
  }
  // Only a fresh SELECT tells UIDNEXT; during a session it can but grow.
  if (fresh && selected.uidNext !== undefined && selected.uidNext < start.uidNext) {
    throw new MailError('cursor.expired', 'The folder was reset: UIDNEXT went back.');
  }
}

/** What SEARCH did not name between two messages it did name may only be late: servers leave messages out for a while. */
function positionAfter(start: Position, found: readonly number[], selected: Selected, sweptAt: Date, first: boolean): Position {
  const last = found.findLast((uid) => uid >= start.next);
  const next = last === undefined ? start.next : last + 1;
  const since = Math.floor(sweptAt.getTime() / 1000);
  const open = start.holes.flatMap((hole) => withoutUids([hole.range], found).map((range): Hole => ({ range, since: hole.since, named: false })));
  // An old folder is full of gaps; there the count tells whether anything is missing at all.
  const complete = first && found.length >= selected.exists;
  const gaps = complete ? [] : gapsBetween(start.next, next - 1, found.filter((uid) => uid >= start.next));
  const holes = freshHoles([...open, ...gaps.map((range): Hole => ({ range, since, named: false }))], since);
  const uidNext = Math.max(start.uidNext, selected.uidNext ?? 0, next);
  return boundHoles({ uidValidity: start.uidValidity, next, uidNext, holes });
}

/** One batch read: what came, and what the server named but did not show. */
export interface Page {
  readonly messages: readonly MessageSummary[];
  readonly omitted: readonly number[];
}

export async function readBatch(connection: Connection, folder: FolderId, uidValidity: string, uids: readonly number[], signal?: AbortSignal): Promise<Page> {
  const selected = await connection.select(folder, { signal });
  if (selected.uidValidity !== uidValidity) {
    throw new MailError('cursor.expired', 'The server has numbered this folder anew (UIDVALIDITY changed).');
  }
  const summaries = await fetchSummaries(connection, selected, formatUids(uids), signal);
  const messages = uids.map((uid) => summaries.get(uid)).filter((summary) => summary !== undefined);
  return { messages, omitted: uids.filter((uid) => !summaries.has(uid)) };
}

/** The position once `uids` up to `count` are read: the rest counts as not yet looked for. */
export function positionWithin(before: Position | undefined, { position, uids, sweptAt }: Sweep, count: number, omitted: readonly number[]): Position {
  const since = Math.floor(sweptAt.getTime() / 1000);
  const named = toRanges(omitted).map((range): Hole => ({ range, since, named: true }));
  if (count >= uids.length) return boundHoles({ ...position, holes: freshHoles([...position.holes, ...named], since) });
  const unread = uids.slice(count);
  const start = before?.next ?? 1;
  // UIDs below the old position are holes being filled: those not read yet stay holes, those above come with `next`.
  const stillOpen = toRanges(unread.filter((uid) => uid < start)).map((range): Hole => ({ range, since, named: true }));
  const lastRead = uids[count - 1] ?? 0;
  const next = Math.max(start, lastRead + 1);
  const holes = position.holes.filter(({ range }) => range[1] < next);
  return boundHoles({ ...position, next, holes: freshHoles([...holes, ...stillOpen, ...named], since) });
}
