import { type Door, subjectOf } from '@signalbox/conformance';
import type { FolderRole } from '@signalbox/core';
import type { SecondDoor } from '@signalbox/lab';
import { flagOf, keywordsOf } from './keywords.ts';

/** What the lab's servers call their folders: the names Exchange Online uses. */
export const FOLDERS: Readonly<Record<Exclude<FolderRole, 'outbox'>, string>> = {
  inbox: 'INBOX',
  sent: 'Sent Items',
  drafts: 'Drafts',
  archive: 'Archive',
  junk: 'Junk Email',
  trash: 'Deleted Items',
};

export function folderOf(role: FolderRole): string {
  if (role === 'outbox') throw new Error('IMAP servers have no outbox.');
  return FOLDERS[role];
}

/** The mailbox past the transport under test, through whatever second door the server has. */
export function folderDoor(server: SecondDoor, user: string): Required<Omit<Door, 'submitted'>> {
  const uidsOf = async (role: FolderRole, subject: string): Promise<readonly number[]> =>
    (await server.messages(user, folderOf(role))).filter(({ raw }) => subjectOf(raw) === subject).map(({ uid }) => uid);

  return {
    async deliver(raw, { role = 'inbox', receivedAt, keywords } = {}) {
      await server.deliver(user, raw, {
        folder: folderOf(role),
        ...(receivedAt && { receivedAt }),
        ...(keywords && { keywords: keywords.map(flagOf) }),
      });
    },
    async stored(role) {
      const messages = await server.messages(user, folderOf(role));
      return messages.map(({ raw, flags, receivedAt }) => ({ raw, keywords: keywordsOf(flags), receivedAt }));
    },
    async expunge(role, subject) {
      for (const uid of await uidsOf(role, subject)) await server.expunge(user, folderOf(role), uid);
    },
    async move(from, to, subject) {
      for (const uid of await uidsOf(from, subject)) await server.move(user, folderOf(from), uid, folderOf(to));
    },
    async setKeywords(role, subject, keywords) {
      const folder = folderOf(role);
      for (const { uid, flags, raw } of await server.messages(user, folder)) {
        if (subjectOf(raw) !== subject) continue;
        if (flags.length > 0) await server.removeKeywords(user, folder, uid, flags);
        if (keywords.length > 0) await server.addKeywords(user, folder, uid, keywords.map(flagOf));
      }
    },
  };
}
