import type { AppendOptions, Content, FolderId, MessageRef } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import { flagsFor } from '../convert.ts';
import { refOf } from '../refs.ts';
import { enter, type Session } from '../session.ts';

/**
 * imapflow sends an APPEND from memory, so the message is held in memory once.
 * Never repeated by itself: a connection that breaks after the last byte may have taken the message.
 */
export async function appendMessage(session: Session, folder: FolderId, content: Content, options: AppendOptions = {}): Promise<MessageRef | undefined> {
  enter(session, options);
  const { signal, keywords = [], receivedAt } = options;
  const bytes = await collectBytes(content.open());
  signal?.throwIfAborted();
  return session.pool.use(
    async (connection) => {
      // Selecting tells whether the folder exists and what it can keep, before anything is sent.
      const selected = await connection.select(folder, { signal });
      const flags = flagsFor(keywords, selected);
      const { uid, uidValidity } = await connection.required((client) => client.append(folder, bytes, flags, receivedAt), signal);
      // Only a UID with its UIDVALIDITY was told by the server; alone it is imapflow's guess.
      return uid !== undefined && uidValidity !== undefined ? refOf(folder, String(uidValidity), uid) : undefined;
    },
    { signal, folder, repeatable: false },
  );
}
