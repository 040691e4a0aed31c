import type { DeleteOptions, MessageRef } from '@signalbox/core';
import { findIn, readFolders } from '../folders.ts';
import { enter, type Session } from '../session.ts';
import { forEachFolder } from './bulk.ts';
import { moveTo } from './move.ts';
import { removeMessages } from './remove.ts';

export async function deleteMessages(session: Session, refs: readonly MessageRef[], options: DeleteOptions): Promise<void> {
  enter(session, options);
  const { signal } = options;
  const call = signal ? { signal } : {};
  if (options.mode === 'to-trash') {
    const trash = findIn(await readFolders(session, call), { role: 'trash' });
    await moveTo(session, refs, trash.id, call);
    return;
  }
  await forEachFolder(session, refs, { ...call, repeatable: false }, async (present) => {
    await removeMessages(present, signal);
    return present.uids.map((uid) => present.refs.get(uid)).filter((ref) => ref !== undefined);
  });
}
