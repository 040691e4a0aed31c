import type { CallOptions, MessageRef } from '@signalbox/core';
import type { FetchMessageObject, FetchQueryObject } from 'imapflow';
import type { Connection } from '../connection/connection.ts';
import { messageNotFound, parseKey } from '../refs.ts';
import type { Session } from '../session.ts';

/** Large messages are read in pieces of this size, each in a command of its own, so that no more than one is in memory. */
export const PIECE = 2 * 1024 * 1024;

/** One message's row. Throws `message.not-found`, also when its folder is gone or was numbered anew. */
export async function fetchRow(connection: Connection, ref: MessageRef, query: FetchQueryObject, signal: AbortSignal | undefined): Promise<FetchMessageObject> {
  const key = parseKey(ref.key);
  if (!key) throw messageNotFound(ref);
  const { uidValidity } = await connection.select(ref.folder, { signal });
  if (uidValidity !== key.uidValidity) throw messageNotFound(ref);
  const ask = (): Promise<FetchMessageObject | undefined> => connection.fetchOne(key.uid, { uid: true, ...query }, signal);
  // A session knows no message that came since it last heard of the folder, though another session does (RFC 9051 §5.2).
  const row = (await ask()) ?? (await connection.refresh(ref.folder, signal), await ask());
  if (!row) throw messageNotFound(ref);
  return row;
}

/** What is missing from a row may be missing because the message is gone: Dovecot answers NIL then. Throws `message.not-found`. */
export async function confirmExistence(connection: Connection, ref: MessageRef, signal: AbortSignal | undefined): Promise<void> {
  const uid = parseKey(ref.key)?.uid;
  await connection.refresh(ref.folder, signal);
  if (uid === undefined || (await connection.search({ uid: String(uid) }, signal)).length === 0) throw messageNotFound(ref);
}

/** Bytes of one section from an offset on. Partial fetches are always by PEEK: imapflow knows no other. */
export interface PieceReader {
  (start: number, length: number): Promise<Buffer>;
}

export function sectionReader(session: Session, ref: MessageRef, section: string | undefined, options?: CallOptions): PieceReader {
  const signal = options?.signal;
  return (start, length) =>
    session.pool.use((connection) => readPiece(connection, ref, section, { start, maxLength: length }, signal), { signal, folder: ref.folder, repeatable: true });
}

/** Throws `message.not-found`. */
export async function readPiece(
  connection: Connection,
  ref: MessageRef,
  section: string | undefined,
  piece: { readonly start: number; readonly maxLength: number },
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const row = await fetchRow(connection, ref, section === undefined ? { source: piece } : { bodyParts: [{ key: section, ...piece }] }, signal);
  const bytes = section === undefined ? row.source : row.bodyParts?.get(section.toLowerCase());
  if (bytes) return bytes;
  await confirmExistence(connection, ref, signal);
  return EMPTY;
}

const EMPTY = Buffer.alloc(0);

/**
 * A section whose first piece is there already; the rest is read only as far as its reader goes. A piece shorter than asked for is
 * the last (RFC 9051 §6.4.5); the size the server tells is no help, because on Exchange Online it may differ from what it sends
 * (FACTS.md C5). One that is longer comes from a server that ignores the partial specifier and has sent everything.
 */
export class Pieces implements AsyncIterableIterator<Buffer> {
  readonly #read: PieceReader;
  /** No piece is referred to once it is handed out: kept until the next has come, it would outlive the collections that free it. */
  #ready: Buffer | undefined;
  #start = 0;
  #ended = false;

  constructor(first: Buffer, read: PieceReader) {
    this.#ready = first;
    this.#read = read;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Buffer>> {
    if (this.#ended) return { done: true, value: undefined };
    const value = this.#ready ?? (await this.#read(this.#start, PIECE));
    this.#ready = undefined;
    this.#start += value.length;
    this.#ended = value.length !== PIECE;
    return value.length > 0 ? { done: false, value } : { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Buffer>> {
    this.#ended = true;
    this.#ready = undefined;
    return { done: true, value: undefined };
  }
}
