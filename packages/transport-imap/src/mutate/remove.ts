import { MailError } from '@signalbox/core';
import { formatInPieces } from '../uid-set.ts';
import type { Present } from './bulk.ts';

const DELETED = [String.raw`\Deleted`];
const QUIET = { uid: true, silent: true };

/**
 * Removes exactly these messages. Without UIDPLUS there is only EXPUNGE, which removes whatever carries `\Deleted`, also what
 * other clients have marked and may yet unmark: their marks are taken off for the moment of the EXPUNGE and put back.
 */
export async function removeMessages(present: Present, signal: AbortSignal | undefined): Promise<void> {
  const { connection, sets, uids, selected } = present;
  if (selected.readOnly) throw new MailError('access.denied', `"${selected.folder}" is read-only.`);
  if (connection.has('UIDPLUS')) {
    for (const set of sets) await connection.required((client) => client.messageDelete(set, { uid: true }), signal);
    return;
  }
  const ours = new Set(uids);
  const others = formatInPieces((await connection.search({ deleted: true }, signal)).filter((uid) => !ours.has(uid)));
  for (const { set } of others) await connection.required((client) => client.messageFlagsRemove(set, DELETED, QUIET), signal);
  try {
    for (const set of sets) await connection.required((client) => client.messageDelete(set, { uid: true }), signal);
  } finally {
    for (const { set } of others) await connection.required((client) => client.messageFlagsAdd(set, DELETED, QUIET), signal);
  }
}
