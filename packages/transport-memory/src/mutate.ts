import { type FailedItem, type FolderId, type Keyword, MailError, type MessageRef, type MovedMessage, type Mutate, PartialFailureError } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';
import { messageNotFound } from './errors.ts';
import { folderOf } from './receive/look.ts';
import type { MemoryMailbox } from './server/mailbox.ts';
import { full } from './server/refusals.ts';
import type { StoredMessage } from './server/stored-message.ts';
import type { Session } from './session.ts';

/** Does one thing to each message and throws what could not be done at the end. */
function each<Done>(mailbox: MemoryMailbox, refs: readonly MessageRef[], act: (message: StoredMessage, ref: MessageRef) => Done): readonly Done[] {
  const done: Done[] = [];
  const failed: FailedItem<MessageRef>[] = [];
  for (const item of refs) {
    const message = mailbox.folders.get(item.folder)?.get(item.key);
    if (message) done.push(act(message, item));
    else failed.push({ item, error: messageNotFound(item) });
  }
  if (failed.length > 0) throw new PartialFailureError(`${failed.length} of ${refs.length} messages are gone.`, done, failed);
  return done;
}

function moveOne(mailbox: MemoryMailbox, { raw, receivedAt, keywords }: StoredMessage, from: MessageRef, to: FolderId): MovedMessage {
  const key = folderOf(mailbox, to).add({ raw, receivedAt, keywords });
  folderOf(mailbox, from.folder).remove(from.key);
  return { from, to: { folder: to, key } };
}

export function createMutate(session: Session): Mutate {
  const { keywords: storable, appends } = session.server.options;
  const refuseUnstorable = (keywords: readonly Keyword[]): void => {
    const unstorable = storable === 'any' ? [] : keywords.filter((keyword) => !storable.includes(keyword));
    if (unstorable.length > 0) throw new MailError('capability.unsupported', `This mailbox cannot store the keyword ${unstorable.join(', ')}.`);
  };

  return {
    traits: { keywords: storable, appends },

    updateKeywords: (refs, { add = [], remove = [] }, options) =>
      session.request((mailbox) => {
        refuseUnstorable(add);
        const contradiction = add.find((keyword) => remove.includes(keyword));
        if (contradiction !== undefined) throw new MailError('config.invalid', `The keyword ${contradiction} cannot be both added and removed.`);
        each(mailbox, refs, ({ keywords }, { folder, key }) => {
          folderOf(mailbox, folder).setKeywords(key, new Set([...keywords, ...add].filter((keyword) => !remove.includes(keyword))));
        });
      }, options?.signal),

    append: (folder, content, options = {}) =>
      session.upload(async () => {
        const { keywords = [], receivedAt = session.clock.now() } = options;
        refuseUnstorable(keywords);
        if (appends === 'drafts' && (!keywords.includes('$draft') || options.receivedAt)) throw new MailError('capability.unsupported', 'This mailbox can only make drafts, dated now.');
        const raw = await collectBytes(content.open());
        session.until(options.signal)?.throwIfAborted();
        return (mailbox) => {
          const target = folderOf(mailbox, folder);
          if (session.server.faults.full) throw full();
          return { folder, key: target.add({ raw, receivedAt, keywords: new Set(keywords) }) };
        };
      }, options.signal),

    move: (refs, to, options) =>
      session.request((mailbox) => {
        folderOf(mailbox, to);
        return each(mailbox, refs, (message, from) => moveOne(mailbox, message, from, to));
      }, options?.signal),

    delete: (refs, { mode, signal }) =>
      session.request((mailbox) => {
        each(mailbox, refs, (message, from) => {
          if (mode === 'to-trash') moveOne(mailbox, message, from, mailbox.folder('trash').id);
          else folderOf(mailbox, from.folder).remove(from.key);
        });
      }, signal),
  };
}
