import type { CallOptions, Receive } from '@signalbox/core';
import { findFolder, readFolders } from '../folders.ts';
import { enter, type Session } from '../session.ts';
import { fetchAttachment, listAttachments } from './attachments.ts';
import { readChanges } from './changes.ts';
import { fetchRaw, fetchRawEach } from './fetch.ts';
import { listMessages } from './list.ts';
import { locateMessages, presentMessages } from './locate.ts';
import { countUnread } from './unread.ts';

export const receiveFacet = (session: Session): Receive => ({
  traits: { reports: ['message-added', 'message-updated', 'message-removed'], push: session.callbacks !== undefined, refsSurviveMove: true, raw: 'reconstructed' },
  refSpace: session.refSpace,
  listFolders: (options) => listFolders(session, options),
  findFolder: (selector, options) => findFolder(session, selector, options),
  list: (request) => listMessages(session, request),
  changes: (request) => readChanges(session, request),
  locate: (query, options) => locateMessages(session, query, options),
  present: (refs, options) => presentMessages(session, refs, options),
  unread: (folder, options) => countUnread(session, folder, options),
  fetchRaw: (ref, options) => fetchRaw(session, ref, options),
  fetchRawEach: (refs, options) => fetchRawEach(session, refs, options),
  listAttachments: (ref, options) => listAttachments(session, ref, options),
  fetchAttachment: (ref, id, options) => fetchAttachment(session, ref, id, options),
});

async function* listFolders(session: Session, options?: CallOptions) {
  for (const folder of await readFolders(session, options)) {
    enter(session, options);
    yield folder;
  }
}
