import { type ByteSource, type CallOptions, type FolderId, isMailError, type MessageRef, PartialFailureError, type RawMessage } from '@signalbox/core';
import { byteSourceOf } from '@signalbox/kit';
import type { FetchMessageObject, FetchQueryObject } from 'imapflow';
import type { Connection } from '../connection/connection.ts';
import { byFolder, messageNotFound, parseKey, uidsUnder } from '../refs.ts';
import { enter, type Session } from '../session.ts';
import { formatInPieces } from '../uid-set.ts';
import { eachRow, type Wanted } from './each-row.ts';
import { confirmExistence, fetchRow, PIECE, type PieceReader, Pieces, sectionReader } from './pieces.ts';

/** The first piece is read here, so that a message that is gone is told at once. */
export async function fetchRaw(session: Session, ref: MessageRef, options?: CallOptions): Promise<ByteSource> {
  enter(session, options);
  const signal = options?.signal;
  const { first, size } = await session.pool.use(
    async (connection) => {
      const row = await fetchRow(connection, ref, { size: true, source: { start: 0, maxLength: PIECE } }, signal);
      if (!row.source) await confirmExistence(connection, ref, signal);
      return { first: row.source || Buffer.alloc(0), size: row.size };
    },
    { signal, folder: ref.folder, repeatable: true },
  );
  return first.length === PIECE ? longSource(first, sectionReader(session, ref, undefined, options), size) : byteSourceOf(first);
}

/** Up to this size messages come many to a command; what is larger is read alone, in pieces. */
const SMALL = 64 * 1024;
/**
 * All small messages of a folder in one command, each handed over as it comes. Which ones are too large for that is asked by one SEARCH LARGER,
 * whose answer names only those.
 */
export async function* fetchRawEach(session: Session, refs: readonly MessageRef[], options?: CallOptions): AsyncGenerator<RawMessage, void, undefined> {
  enter(session, options);
  const missing: MessageRef[] = [];
  for (const { folder, refs: wanted } of byFolder(refs)) {
    const { small, large, gone } = await sortBySize(session, folder, wanted, options);
    missing.push(...gone);
    const { left } = small;
    const read = ({ uid, source }: FetchMessageObject): RawMessage | undefined => {
      const ref = left.get(uid);
      // NIL is what Dovecot sends for a message that another client has just removed.
      return ref && source ? { ref, source: byteSourceOf(source) } : undefined;
    };
    try {
      for await (const message of eachRow(session, { folder, find: () => small, query: SOURCE, read }, options)) yield message;
    } catch (error) {
      notFoundIsAbsent(error);
    }
    missing.push(...left.values());
    for (const ref of large) {
      const source = await fetchRaw(session, ref, options).catch((error: unknown) => notFoundIsAbsent(error));
      if (source) yield { ref, source };
      else missing.push(ref);
    }
  }
  if (missing.length > 0) {
    const failed = missing.map((ref) => ({ item: ref, error: messageNotFound(ref) }));
    throw new PartialFailureError(`${missing.length} of ${refs.length} messages are gone.`, [], failed);
  }
}

function notFoundIsAbsent(error: unknown): undefined {
  if (!isMailError(error) || (error.code !== 'message.not-found' && error.code !== 'folder.not-found')) throw error;
}

interface Sorted {
  readonly small: Small;
  readonly large: readonly MessageRef[];
  /** Those of another UIDVALIDITY, or of a folder that is gone. */
  readonly gone: readonly MessageRef[];
}

interface Small extends Wanted {
  readonly left: Map<number, MessageRef>;
}

async function sortBySize(session: Session, folder: FolderId, refs: readonly MessageRef[], options?: CallOptions): Promise<Sorted> {
  const signal = options?.signal;
  const read = async (connection: Connection): Promise<Sorted> => {
    const { uidValidity, uidNext = 0 } = await connection.select(folder, { signal });
    const left = uidsUnder(uidValidity, refs);
    // Those that came after this session opened the folder may be news to it.
    if ([...left.keys()].some((uid) => uid >= uidNext)) await connection.refresh(folder, signal);
    const gone = left.size === refs.length ? [] : refs.filter((ref) => parseKey(ref.key)?.uidValidity !== uidValidity);
    const large: MessageRef[] = [];
    for (const { set } of formatInPieces(left.keys())) {
      for (const uid of await connection.search({ uid: set, larger: SMALL }, signal)) {
        const ref = left.get(uid);
        if (ref && left.delete(uid)) large.push(ref);
      }
    }
    return { small: { uidValidity, left }, large, gone };
  };
  try {
    return await session.pool.use(read, { signal, folder, repeatable: true });
  } catch (error) {
    notFoundIsAbsent(error);
    return { small: { uidValidity: '', left: new Map() }, large: [], gone: refs };
  }
}

const SOURCE: FetchQueryObject = { uid: true, source: true };

function longSource(first: Buffer, read: PieceReader, size?: number): ByteSource {
  const bytes = new Pieces(first, read);
  return {
    ...(size !== undefined && { size }),
    bytes,
    async [Symbol.asyncDispose]() {
      await bytes.return();
    },
  };
}
