import type { CallOptions, FolderId } from '@signalbox/core';
import { MailError } from '@signalbox/core';
import { enter, type Session } from '../session.ts';

/** STATUS counts without selecting (RFC 9051 §6.3.11). */
export async function countUnread(session: Session, folder: FolderId, options?: CallOptions): Promise<number> {
  enter(session, options);
  const signal = options?.signal;
  const { unseen } = await session.pool.use((connection) => connection.status(folder, signal), { signal, repeatable: true });
  if (unseen === undefined) throw new MailError('protocol.violation', 'The server did not tell the number of unread messages.');
  return unseen;
}
