import { createHash } from 'node:crypto';
import { type Cursor, type FolderId, MailError } from '@signalbox/core';

/** What a cursor is bound to. One that comes back under another binding is `cursor.foreign`. */
export interface CursorBinding {
  readonly refSpace: string;
  readonly folder: FolderId;
  /** Raise it when the meaning of `position` changes; older cursors are then `cursor.expired`. */
  readonly version: number;
}

const LARGEST_CURSOR = 8 * 1024;

interface Envelope {
  readonly b: string;
  readonly v: number;
  readonly p: unknown;
}

/** Wraps a JSON-safe position so that it cannot be used on another door or folder. Throws a RangeError above 8 KiB, the contract's limit. */
export function encodeCursor(binding: CursorBinding, position: unknown): Cursor {
  const envelope: Envelope = { b: fingerprint(binding), v: binding.version, p: position };
  const cursor = Buffer.from(JSON.stringify(envelope)).toString('base64url');
  if (cursor.length > LARGEST_CURSOR) throw new RangeError(`A cursor of ${cursor.length} characters exceeds ${LARGEST_CURSOR}.`);
  return cursor;
}

/** Answers the position as it was encoded. The caller checks its shape. Throws `cursor.foreign`, `cursor.expired`. */
export function decodeCursor(binding: CursorBinding, cursor: Cursor): unknown {
  const envelope = parse(cursor);
  if (envelope === undefined || envelope.b !== fingerprint(binding)) {
    throw new MailError('cursor.foreign', 'This cursor was made for another mailbox, folder or transport.');
  }
  if (envelope.v !== binding.version) {
    throw new MailError('cursor.expired', 'This cursor was made by another version of the transport.');
  }
  return envelope.p;
}

function parse(cursor: Cursor): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return typeof value === 'object' && value !== null && 'b' in value && 'v' in value && 'p' in value ? (value as Envelope) : undefined;
  } catch {
    return undefined;
  }
}

const fingerprint = ({ refSpace, folder }: CursorBinding): string =>
  createHash('sha256').update(JSON.stringify([refSpace, folder])).digest('base64url').slice(0, 16);
