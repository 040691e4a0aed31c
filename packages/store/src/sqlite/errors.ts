import { isMailError } from '@signalbox/core';
import { type DatabaseFailure, toDatabaseError } from '../failure/database-failure.ts';

const DAMAGED: DatabaseFailure = {
  code: 'config.invalid',
  says: 'is damaged, or is no database of Signalbox',
  remedy: 'Put it back from a backup; or move it away, and sign in again: nothing in it has been changed.',
};
const READ_ONLY: DatabaseFailure = {
  code: 'config.invalid',
  says: 'cannot be written',
  remedy: 'Let the account that runs Signalbox write to the directory and the files in it, or name another data directory.',
};
const FULL: DatabaseFailure = { code: 'quota.exceeded', says: 'has no room left on its disk', remedy: 'Free space on the disk of the data directory.', action: 'free-space' };
const BUSY: DatabaseFailure = { code: 'unavailable', says: 'is kept busy by another process' };
const CANNOT_OPEN: DatabaseFailure = { code: 'config.invalid', says: 'cannot be opened', remedy: 'Check that the data directory exists and that the account that runs Signalbox owns it.' };
const DISK: DatabaseFailure = { code: 'unavailable', says: 'could not be read or written', remedy: 'Check the disk of the data directory, and the log of the operating system.' };

/** By primary result code (https://sqlite.org/rescode.html). */
const BY_RESULT: ReadonlyMap<number, DatabaseFailure> = new Map([
  [3, READ_ONLY], // SQLITE_PERM
  [5, BUSY],
  [6, BUSY], // SQLITE_LOCKED
  [8, READ_ONLY],
  [10, DISK], // SQLITE_IOERR
  [11, DAMAGED], // SQLITE_CORRUPT
  [13, FULL],
  [14, CANNOT_OPEN],
  [23, READ_ONLY], // SQLITE_AUTH
  [26, DAMAGED], // SQLITE_NOTADB
]);

/** By what the operating system says of the directory and its files. */
const BY_ERRNO: Readonly<Record<string, DatabaseFailure>> = {
  EACCES: READ_ONLY,
  EPERM: READ_ONLY,
  EROFS: READ_ONLY,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: FULL,
  ENOTDIR: CANNOT_OPEN,
  EISDIR: CANNOT_OPEN,
  EEXIST: CANNOT_OPEN, // a file stands where the directory should be
};

/** What the database or the file system said, as a `MailError` about this place; anything else comes back as it is. */
export function explainFailure(error: unknown, place: string): unknown {
  if (isMailError(error) || !(error instanceof Error)) return error;
  const failure = failureOf(error);
  if (!failure) return error;
  return toDatabaseError(failure, place, { cause: error, detail: { protocol: 'file', status: statusOf(error), text: error.message } });
}

/** Whether somebody else was writing; explained or not. */
export function isBusy(error: unknown): boolean {
  const cause: unknown = isMailError(error) ? error.cause : error;
  return cause instanceof Error && failureOf(cause) === BUSY;
}

interface SystemError extends Error {
  readonly code?: string;
  /** SQLite's extended result code: its lowest byte is the primary one. */
  readonly errcode?: number;
}

const failureOf = ({ errcode, code }: SystemError): DatabaseFailure | undefined => (errcode === undefined ? BY_ERRNO[code ?? ''] : BY_RESULT.get(errcode & 0xff));

const statusOf = ({ errcode, code }: SystemError): string => (errcode === undefined ? (code ?? '') : `SQLite ${errcode}`);
