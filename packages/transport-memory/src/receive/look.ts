import type { Change, FolderId, MessageKey } from '@signalbox/core';
import { MailError } from '@signalbox/core';
import { toSummary } from '../convert.ts';
import { folderNotFound } from '../errors.ts';
import type { MemoryFolder } from '../server/folder.ts';
import type { MemoryMailbox } from '../server/mailbox.ts';

/** How many journal entries make a batch. */
const BATCH = 10;

/** What a cursor stands for: the journal up to an entry, but for messages the server has not shown yet. */
export interface Position {
  readonly epoch: number;
  readonly entry: number;
  readonly missing: readonly MessageKey[];
  /** Milliseconds; the last sweep that was complete. */
  readonly sweptAt: number;
}

export interface Look {
  readonly changes: readonly Change[];
  readonly position: Position;
  /** The journal holds more than this batch. */
  readonly more: boolean;
}

export const folderOf = (mailbox: MemoryMailbox, id: FolderId): MemoryFolder => {
  const folder = mailbox.folders.get(id);
  if (!folder) throw folderNotFound(id);
  return folder;
};

/** Everything from a position on, at most one batch. Throws `cursor.expired` when the position is void. */
export async function look(mailbox: MemoryMailbox, id: FolderId, since: Position, now: Date): Promise<Look> {
  const folder = folderOf(mailbox, id);
  // A counter that went back would count the next messages under numbers already passed: nobody would ever see them.
  if (folder.epoch !== since.epoch || folder.position < since.entry) throw new MailError('cursor.expired', 'The server has voided this position.');
  const entries = folder.entriesAfter(since.entry, BATCH);
  const keysOf = (type: string): MessageKey[] => entries.filter((entry) => entry.type === type).map(({ key }) => key);
  const [added, removed] = [new Set([...since.missing, ...keysOf('added')]), new Set(keysOf('removed'))];
  const wanted = [...added].map((key) => folder.get(key)).filter((message) => message !== undefined);
  const shown = mailbox.show(wanted);
  const missing = wanted.filter((message) => !shown.includes(message)).map(({ key }) => key);
  const changes: Change[] = [];
  for (const message of shown) changes.push({ type: 'message-added', message: await toSummary(folder, message) });
  for (const key of new Set(keysOf('updated'))) {
    const message = folder.get(key);
    if (message && !added.has(key)) changes.push({ type: 'message-updated', ref: { folder: id, key }, keywords: message.keywords });
  }
  for (const key of removed) if (!added.has(key)) changes.push({ type: 'message-removed', ref: { folder: id, key } });
  const entry = entries.at(-1)?.number ?? since.entry;
  const more = entry < folder.position;
  const sweptAt = more || missing.length > 0 ? since.sweptAt : now.getTime();
  return { changes, more, position: { epoch: folder.epoch, entry, missing, sweptAt } };
}
