import { type CallOptions, type FolderId, MailError } from '@signalbox/core';
import { segment } from '../http/request.ts';
import { enter, type Session } from '../session.ts';

export async function countUnread(session: Session, folder: FolderId, options?: CallOptions): Promise<number> {
  enter(session, options);
  const { unreadItemCount } = await session.client.json<{ readonly unreadItemCount?: number }>({
    method: 'GET',
    path: `/mailFolders/${segment(folder)}`,
    query: { $select: 'unreadItemCount' },
    names: 'folder',
    signal: options?.signal,
  });
  if (typeof unreadItemCount !== 'number') throw new MailError('protocol.violation', 'The server did not tell the number of unread messages.');
  return unreadItemCount;
}
