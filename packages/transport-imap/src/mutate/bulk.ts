import { type CallOptions, type FailedItem, type FolderId, type MailError, isMailError, type MessageRef, PartialFailureError } from '@signalbox/core';
import type { Connection, Selected } from '../connection/connection.ts';
import { byFolder, messageNotFound, parseKey, uidsUnder } from '../refs.ts';
import type { Session } from '../session.ts';
import { formatInPieces } from '../uid-set.ts';

/** The messages of one folder that exist, while the folder is selected. */
export interface Present {
  readonly connection: Connection;
  readonly selected: Selected;
  readonly uids: readonly number[];
  readonly refs: ReadonlyMap<number, MessageRef>;
  /** `uids` in sets that each fit into a command. */
  readonly sets: readonly string[];
}

export interface BulkOptions extends CallOptions {
  /** May be done twice without harm: then a cut connection is no failure. */
  readonly repeatable: boolean;
}

/**
 * Does `work` on each folder's messages in turn. IMAP passes over UIDs that do not exist without a word, so they are
 * looked for first. What fails is collected per message; what was done is told.
 */
export async function forEachFolder<Done>(
  session: Session,
  refs: readonly MessageRef[],
  options: BulkOptions,
  work: (present: Present) => Promise<readonly Done[]>,
): Promise<readonly Done[]> {
  const done: Done[] = [];
  const failed: FailedItem<MessageRef>[] = [];
  for (const group of byFolder(refs)) {
    try {
      const result = await inFolder(session, group.folder, group.refs, options, work);
      done.push(...result.done);
      failed.push(...result.missing.map((item) => ({ item, error: messageNotFound(item) })));
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!isMailError(error) || (done.length === 0 && failed.length === 0 && byFolder(refs).length === 1 && error.code !== 'folder.not-found')) throw error;
      failed.push(...group.refs.map((item) => ({ item, error: asItemError(error, item) })));
    }
  }
  if (failed.length > 0) throw new PartialFailureError(`${failed.length} of ${refs.length} messages were not changed.`, done, failed);
  return done;
}

const isThere = (ref: MessageRef, uidValidity: string, there: ReadonlySet<number>): boolean => {
  const key = parseKey(ref.key);
  return key?.uidValidity === uidValidity && there.has(key.uid);
};

/** A folder that is gone has taken its messages along. */
const asItemError = (error: MailError, item: MessageRef): MailError => (error.code === 'folder.not-found' ? messageNotFound(item) : error);

async function inFolder<Done>(
  session: Session,
  folder: FolderId,
  refs: readonly MessageRef[],
  { signal, repeatable }: BulkOptions,
  work: (present: Present) => Promise<readonly Done[]>,
): Promise<{ done: readonly Done[]; missing: readonly MessageRef[] }> {
  return session.pool.use(
    async (connection) => {
      await connection.refresh(folder, signal);
      const selected = await connection.select(folder, { signal });
      const wanted = uidsUnder(selected.uidValidity, refs);
      const uids = await existing(connection, [...wanted.keys()], signal);
      const there = new Set(uids);
      const missing = wanted.size === refs.length && there.size === wanted.size ? [] : refs.filter((ref) => !isThere(ref, selected.uidValidity, there));
      const sets = formatInPieces(uids).map(({ set }) => set);
      const done = uids.length === 0 ? [] : await work({ connection, selected, uids, refs: wanted, sets });
      return { done, missing };
    },
    { signal, folder, repeatable },
  );
}

/** Where the server can count, a full count saves naming every UID. */
async function existing(connection: Connection, uids: readonly number[], signal?: AbortSignal): Promise<number[]> {
  const found: number[] = [];
  for (const { set, count } of formatInPieces(uids)) {
    if ((await connection.countExisting(set, signal)) === count) found.push(...expand(set));
    else found.push(...(await connection.search({ uid: set }, signal)));
  }
  return found;
}

function expand(set: string): number[] {
  return set.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split(':').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
