import type { CallOptions, Folder, FolderId, LocateQuery, MessageRef, MessageSummary } from '@signalbox/core';
import { byFolder, uidsUnder } from '../refs.ts';
import { isMailError } from '@signalbox/core';
import { readFolders } from '../folders.ts';
import { enter, type Session } from '../session.ts';
import { formatInPieces, formatUids } from '../uid-set.ts';
import { fetchSummaries } from './summaries.ts';

const DAY_MS = 86_400_000;
/** The two standing before the rest: where a message that was looked for most often is. */
const LIKELY: readonly Folder['role'][] = ['inbox', 'sent'];

/** HEADER search finds parts of a value (RFC 9051 §6.4.4), so what it finds is compared as a whole. */
export async function* locateMessages(session: Session, query: LocateQuery, options?: CallOptions): AsyncGenerator<MessageSummary, void, undefined> {
  enter(session, options);
  const folders = query.folders ?? (await likelyFirst(session, options));
  for (const folder of folders) {
    for (const summary of await locateIn(session, folder, query, options)) {
      enter(session, options);
      yield summary;
    }
  }
}

async function likelyFirst(session: Session, options?: CallOptions): Promise<FolderId[]> {
  const rank = ({ role }: Folder): number => (LIKELY.includes(role) ? LIKELY.indexOf(role) : LIKELY.length);
  return (await readFolders(session, options)).toSorted((a, b) => rank(a) - rank(b)).map(({ id }) => id);
}

async function locateIn(session: Session, folder: FolderId, { messageId, receivedAt }: LocateQuery, options?: CallOptions): Promise<MessageSummary[]> {
  const signal = options?.signal;
  const criteria = {
    header: { 'message-id': messageId },
    // Days in the server's own time zone, hence two on either side for one that is meant.
    ...(receivedAt && { since: new Date(receivedAt.getTime() - 2 * DAY_MS), before: new Date(receivedAt.getTime() + 3 * DAY_MS) }),
  };
  return session.pool.use(
    async (connection) => {
      const selected = await connection.select(folder, { fresh: true, signal });
      if (selected.exists === 0) return [];
      const uids = await connection.search(criteria, signal);
      if (uids.length === 0) return [];
      const summaries = await fetchSummaries(connection, selected, formatUids(uids), signal);
      return [...summaries.values()].filter((summary) => summary.messageId === messageId);
    },
    { signal, folder, repeatable: true },
  );
}

/** A folder that is gone, or was numbered anew, has none of its messages. */
export async function presentMessages(session: Session, refs: readonly MessageRef[], options?: CallOptions): Promise<readonly MessageSummary[]> {
  enter(session, options);
  const present = new Map<MessageRef, MessageSummary>();
  for (const group of byFolder(refs)) {
    for (const [ref, summary] of await presentIn(session, group.folder, group.refs, options)) present.set(ref, summary);
  }
  return refs.map((ref) => present.get(ref)).filter((summary) => summary !== undefined);
}

async function presentIn(session: Session, folder: FolderId, refs: readonly MessageRef[], options?: CallOptions): Promise<(readonly [MessageRef, MessageSummary])[]> {
  const signal = options?.signal;
  try {
    return await session.pool.use(
      async (connection) => {
        const selected = await connection.select(folder, { fresh: true, signal });
        const existing = new Map<number, MessageSummary>();
        for (const { set } of formatInPieces([...uidsUnder(selected.uidValidity, refs).keys()])) {
          for (const [uid, summary] of await fetchSummaries(connection, selected, set, signal)) existing.set(uid, summary);
        }
        // Two refs may name the same message: each is answered.
        return refs.flatMap((ref) => {
          const [uid = 0] = uidsUnder(selected.uidValidity, [ref]).keys();
          const summary = existing.get(uid);
          return summary ? [[ref, summary] as const] : [];
        });
      },
      { signal, folder, repeatable: true },
    );
  } catch (error) {
    if (isMailError(error) && error.code === 'folder.not-found') return [];
    throw error;
  }
}
