import type { CallOptions, FolderId, MessageRef, MovedMessage } from '@signalbox/core';
import { readFolders, requireFolder } from '../folders.ts';
import { refOf } from '../refs.ts';
import { enter, type Session } from '../session.ts';
import { forEachFolder, type Present } from './bulk.ts';
import { removeMessages } from './remove.ts';

export async function moveMessages(session: Session, refs: readonly MessageRef[], to: FolderId, options?: CallOptions): Promise<readonly MovedMessage[]> {
  enter(session, options);
  requireFolder(await readFolders(session, options), to);
  return moveTo(session, refs, to, options);
}

/** `to` is known to exist. */
export async function moveTo(session: Session, refs: readonly MessageRef[], to: FolderId, options?: CallOptions): Promise<readonly MovedMessage[]> {
  return forEachFolder(session, refs, { ...options, repeatable: false }, async (present) => {
    const moved: MovedMessage[] = [];
    const stays = present.selected.folder === to;
    for (const set of present.sets) if (!stays) moved.push(...(await moveSet(present, set, to, options?.signal)));
    return stays ? present.uids.map((uid) => ({ from: fromRef(present, uid), to: fromRef(present, uid) })) : moved;
  });
}

async function moveSet(present: Present, set: string, to: FolderId, signal: AbortSignal | undefined): Promise<MovedMessage[]> {
  const { connection } = present;
  const within = uidsOf(present, set);
  const { uidMap, uidValidity } = connection.has('MOVE')
    ? await connection.required((client) => client.messageMove(set, to, { uid: true }), signal)
    : await copyAndRemove(present, set, within, to, signal);
  return within.map((uid) => {
    const target = uidMap?.get(uid);
    return { from: fromRef(present, uid), ...(target !== undefined && uidValidity !== undefined && { to: refOf(to, String(uidValidity), target) }) };
  });
}

/** RFC 6851 §3.3 for servers without MOVE. The original goes only once the copy is there. */
async function copyAndRemove(present: Present, set: string, uids: readonly number[], to: FolderId, signal: AbortSignal | undefined) {
  const copied = await present.connection.required((client) => client.messageCopy(set, to, { uid: true }), signal);
  await removeMessages({ ...present, uids, sets: [set] }, signal);
  return copied;
}

const fromRef = ({ refs, selected }: Present, uid: number): MessageRef => refs.get(uid) ?? refOf(selected.folder, selected.uidValidity, uid);

function uidsOf({ uids }: Present, set: string): number[] {
  const ranges = set.split(',').map((part) => part.split(':').map(Number));
  return uids.filter((uid) => ranges.some(([first = 0, last = first]) => uid >= first && uid <= last));
}
