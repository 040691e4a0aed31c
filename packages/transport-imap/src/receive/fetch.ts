import { type ByteSource, type CallOptions, type FolderId, isMailError, type MessageKey, type MessageRef, PartialFailureError, type RawMessage } from '@signalbox/core';
import { byteSourceOf } from '@signalbox/kit';
import type { Connection } from '../connection/connection.ts';
import { byFolder, messageNotFound, parseKey, uidsUnder } from '../refs.ts';
import { enter, type Session } from '../session.ts';
import { formatInPieces, formatUids } from '../uid-set.ts';
import { confirmExistence, fetchRow, followingPieces, PIECE, type PieceReader, sectionReader } from './pieces.ts';
import { readAhead } from './read-ahead.ts';

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
/** The first command asks for few, since nothing is known of their size yet. */
const FIRST_GROUP = 32;
/** As many follow as are likely to make up this many octets, at most `LARGEST_GROUP`: with `SMALL`, 32 MiB at the very worst. */
const GROUP_BYTES = 4 * 1024 * 1024;
const LARGEST_GROUP = 512;

/**
 * Many messages per command. Which ones are too large for that is asked by one SEARCH LARGER, whose answer names only those.
 * A group is read while the consumer works on the one before, and no connection is held meanwhile.
 */
export async function* fetchRawEach(session: Session, refs: readonly MessageRef[], options?: CallOptions): AsyncGenerator<RawMessage, void, undefined> {
  enter(session, options);
  const missing: MessageRef[] = [];
  for (const { folder, refs: wanted } of byFolder(refs)) {
    const { small, large, gone } = await sortBySize(session, folder, wanted, options);
    missing.push(...gone);
    for await (const { part, found } of readAhead(groupsOf(session, folder, small, options))) {
      for (const ref of part) {
        const bytes = found.get(ref.key);
        enter(session, options);
        if (bytes) yield { ref, source: byteSourceOf(bytes) };
        else missing.push(ref);
      }
    }
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
  if (!isMailError(error) || error.code !== 'message.not-found') throw error;
}

interface Sorted {
  readonly small: readonly MessageRef[];
  readonly large: readonly MessageRef[];
  /** Those of another UIDVALIDITY, or of a folder that is gone. */
  readonly gone: readonly MessageRef[];
}

async function sortBySize(session: Session, folder: FolderId, refs: readonly MessageRef[], options?: CallOptions): Promise<Sorted> {
  const signal = options?.signal;
  const read = async (connection: Connection): Promise<Sorted> => {
    const { uidValidity } = await connection.select(folder, { signal });
    const uids = uidsUnder(uidValidity, refs);
    const large = new Set<number>();
    for (const { set } of formatInPieces([...uids.keys()])) {
      for (const uid of await connection.search({ uid: set, larger: SMALL }, signal)) large.add(uid);
    }
    const uidOf = (ref: MessageRef): number | undefined => (parseKey(ref.key)?.uidValidity === uidValidity ? parseKey(ref.key)?.uid : undefined);
    const isLarge = (ref: MessageRef): boolean => large.has(uidOf(ref) ?? 0);
    return {
      large: large.size === 0 ? [] : refs.filter(isLarge),
      small: refs.filter((ref) => uidOf(ref) !== undefined && !isLarge(ref)),
      gone: refs.filter((ref) => uidOf(ref) === undefined),
    };
  };
  try {
    return await session.pool.use(read, { signal, folder, repeatable: true });
  } catch (error) {
    if (isMailError(error) && error.code === 'folder.not-found') return { small: [], large: [], gone: refs };
    throw error;
  }
}

interface Group {
  readonly part: readonly MessageRef[];
  readonly found: ReadonlyMap<MessageKey, Buffer>;
}

function groupsOf(session: Session, folder: FolderId, refs: readonly MessageRef[], options?: CallOptions): () => Promise<Group> | undefined {
  let [from, size] = [0, FIRST_GROUP];
  const readGroup = async (part: readonly MessageRef[]): Promise<Group> => {
    const found = await fetchSmall(session, folder, part, options);
    const bytes = found.values().reduce((sum, { length }) => sum + length, 0);
    size = Math.min(LARGEST_GROUP, Math.max(1, Math.floor((GROUP_BYTES * part.length) / Math.max(bytes, 1))));
    return { part, found };
  };
  return () => {
    const part = refs.slice(from, from + size);
    from += part.length;
    return part.length > 0 ? readGroup(part) : undefined;
  };
}

async function fetchSmall(session: Session, folder: FolderId, refs: readonly MessageRef[], options?: CallOptions): Promise<Map<MessageKey, Buffer>> {
  const signal = options?.signal;
  const found = new Map<MessageKey, Buffer>();
  await session.pool.use(
    async (connection) => {
      const { uidValidity } = await connection.select(folder, { signal });
      const uids = uidsUnder(uidValidity, refs);
      if (uids.size === 0) return;
      await connection.fetch(formatUids([...uids.keys()]), { uid: true, source: true }, { uid: true, signal }, ({ uid, source }) => {
        const ref = uids.get(uid);
        if (ref && source) found.set(ref.key, source);
      });
    },
    { signal, folder, repeatable: true },
  );
  return found;
}

/** Reads on only as far as its reader does; a source that is left alone costs nothing more. */
function longSource(first: Buffer, read: PieceReader, size?: number): ByteSource {
  const bytes = (async function* () {
    yield first;
    yield* followingPieces(read, first);
  })();
  return {
    ...(size !== undefined && { size }),
    bytes,
    async [Symbol.asyncDispose]() {
      await bytes.return();
    },
  };
}
