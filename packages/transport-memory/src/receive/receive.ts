import { type ByteSource, type CallOptions, type Folder, type FolderSelector, MailError, type MessageRef, type MessageSummary, PartialFailureError, type RawMessage, type Receive } from '@signalbox/core';
import { normalizeMessageId } from '@signalbox/kit';
import type { MemoryConfig } from '../config.ts';
import { decodeAttachments, parseHeader, toSummary } from '../convert.ts';
import { folderNotFound, messageNotFound } from '../errors.ts';
import type { MemoryFolder } from '../server/folder.ts';
import type { StoredMessage } from '../server/stored-message.ts';
import type { Session } from '../session.ts';
import { changes } from './changes.ts';
import { folderOf } from './look.ts';
import { streamOf } from './stream.ts';

const toFolder = ({ id, path, role }: MemoryFolder): Folder => ({ id, path, role });

const matches = ({ path, role }: MemoryFolder, selector: FolderSelector): boolean => {
  if ('role' in selector) return role === selector.role;
  const inbox = selector.path.length === 1 && selector.path[0]?.toUpperCase() === 'INBOX';
  return inbox ? role === 'inbox' : JSON.stringify(path) === JSON.stringify(selector.path);
};

const newestFirst = (a: StoredMessage, b: StoredMessage): number => b.receivedAt.getTime() - a.receivedAt.getTime() || Number(b.key) - Number(a.key);

export function createReceive(session: Session, config: MemoryConfig): Receive {
  const refSpace = `memory:${session.server.options.name}/${session.address}`;

  const allFolders = (signal?: AbortSignal): Promise<readonly MemoryFolder[]> => session.request((mailbox) => [...mailbox.folders.values()], signal);

  const messageOf = (ref: MessageRef, signal?: AbortSignal): Promise<StoredMessage> =>
    session.request((mailbox) => {
      const message = mailbox.folders.get(ref.folder)?.get(ref.key);
      if (!message) throw messageNotFound(ref);
      return message;
    }, signal);

  const rawOf = async (ref: MessageRef, signal?: AbortSignal): Promise<ByteSource> => streamOf((await messageOf(ref, signal)).raw, session.until(signal));

  return {
    traits: { reports: ['message-added', 'message-updated', 'message-removed'], push: config.push, refsSurviveMove: false, raw: 'original' },
    refSpace,

    async *listFolders(options) {
      for (const folder of await allFolders(options?.signal)) yield toFolder(folder);
    },

    async findFolder(selector, options) {
      const folder = (await allFolders(options?.signal)).find((candidate) => matches(candidate, selector));
      if (!folder) throw folderNotFound('role' in selector ? `for ${selector.role}` : selector.path.join('/'));
      return toFolder(folder);
    },

    async *list({ folder: id, receivedSince, limit, signal }) {
      const folder = await session.request((mailbox) => folderOf(mailbox, id), signal);
      const wanted = folder.messages.filter(({ receivedAt }) => !receivedSince || receivedAt >= receivedSince).toSorted(newestFirst);
      for (const message of wanted.slice(0, limit)) {
        session.until(signal)?.throwIfAborted();
        yield await toSummary(folder, message);
      }
    },

    changes: (request) => changes(session, config, refSpace, request),

    async *locate({ messageId, folders }, options) {
      for (const folder of await allFolders(options?.signal)) {
        if (folders && !folders.includes(folder.id)) continue;
        for (const message of folder.messages) {
          session.until(options?.signal)?.throwIfAborted();
          if (normalizeMessageId((await parseHeader(message.raw)).messageId) === messageId) yield await toSummary(folder, message);
        }
      }
    },

    present: (refs, options) =>
      session.request(async (mailbox) => {
        const summaries: MessageSummary[] = [];
        for (const { folder: id, key } of refs) {
          const folder = mailbox.folders.get(id);
          const message = folder?.get(key);
          if (folder && message) summaries.push(await toSummary(folder, message));
        }
        return summaries;
      }, options?.signal),

    unread: (id, options) => session.request((mailbox) => folderOf(mailbox, id).messages.filter(({ keywords }) => !keywords.has('$seen')).length, options?.signal),

    fetchRaw: (ref, options) => rawOf(ref, options?.signal),

    async *fetchRawEach(refs, options) {
      const failed: { item: MessageRef; error: MailError }[] = [];
      for (const ref of refs) {
        const source = await rawOf(ref, options?.signal).catch((error: unknown) => {
          if (!(error instanceof MailError) || error.code !== 'message.not-found') throw error;
          failed.push({ item: ref, error });
        });
        if (source) yield { ref, source } satisfies RawMessage;
      }
      if (failed.length > 0) throw new PartialFailureError(`${failed.length} of ${refs.length} messages are gone.`, [], failed);
    },

    async listAttachments(ref, options) {
      const decoded = await decodeAttachments((await messageOf(ref, options?.signal)).raw);
      return decoded.map(({ attachment }) => attachment);
    },

    async fetchAttachment(ref: MessageRef, attachmentId: string, options?: CallOptions) {
      const decoded = await decodeAttachments((await messageOf(ref, options?.signal)).raw);
      const found = decoded.find(({ attachment }) => attachment.id === attachmentId);
      if (!found) throw new MailError('message.not-found', `The message has no attachment ${attachmentId}.`);
      return streamOf(found.bytes, session.until(options?.signal));
    },
  };
}
