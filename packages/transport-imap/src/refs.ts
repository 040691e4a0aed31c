import { type FolderId, MailError, type MessageRef } from '@signalbox/core';

/** A key is `<UIDVALIDITY>.<UID>`: the pair that RFC 9051 §2.3.1.1 says names a message for ever. */
export const refOf = (folder: FolderId, uidValidity: string, uid: number): MessageRef => ({ folder, key: `${uidValidity}.${uid}` });

export interface ImapKey {
  readonly uidValidity: string;
  readonly uid: number;
}

/** Absent for a key that this transport cannot have made. */
export function parseKey(key: string): ImapKey | undefined {
  const match = /^(\d{1,10})\.(\d{1,10})$/.exec(key);
  const uid = Number(match?.[2]);
  return match?.[1] !== undefined && uid > 0 ? { uidValidity: match[1], uid } : undefined;
}

/** Refs of one folder, by what SELECT must say for them to exist. */
export interface FolderRefs {
  readonly folder: FolderId;
  readonly refs: readonly MessageRef[];
}

export function byFolder(refs: readonly MessageRef[]): FolderRefs[] {
  const groups = new Map<FolderId, MessageRef[]>();
  for (const ref of refs) {
    const group = groups.get(ref.folder);
    if (group) group.push(ref);
    else groups.set(ref.folder, [ref]);
  }
  return [...groups].map(([folder, refs]) => ({ folder, refs }));
}

/** The UIDs of those refs that belong to this UIDVALIDITY. */
export function uidsUnder(uidValidity: string, refs: readonly MessageRef[]): Map<number, MessageRef> {
  const uids = new Map<number, MessageRef>();
  const [prefix, start] = [`${uidValidity}.`, uidValidity.length + 1];
  for (const ref of refs) {
    if (!ref.key.startsWith(prefix)) continue;
    const digits = ref.key.slice(start);
    const uid = Number(digits);
    if (uid > 0 && String(uid) === digits) uids.set(uid, ref); // as \d+ says it, at a tenth of the cost
  }
  return uids;
}

export const messageNotFound = (ref: MessageRef): MailError =>
  new MailError('message.not-found', `There is no message ${ref.key} in "${ref.folder}".`);
