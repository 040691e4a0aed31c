import type { CallOptions, FolderId, MessageSummary, Receive } from '@signalbox/core';
import type { Backlog } from '../config/config.ts';

/** Whether a message that lay in a folder at first connect is to be delivered. */
export function isWanted(backlog: Backlog, { keywords, receivedAt }: Pick<MessageSummary, 'keywords' | 'receivedAt'>): boolean {
  switch (backlog.kind) {
    case 'from-now':
      return false;
    case 'everything':
      return true;
    case 'unread':
      return !keywords.has('$seen');
    case 'since':
      return receivedAt >= backlog.date;
  }
}

export interface CountOptions extends CallOptions {
  /** Called for each message that was looked at, where they have to be looked at one by one. */
  readonly onSeen?: () => void;
}

/** How many messages of a folder a first connect would deliver now. Changes nothing. */
export async function countBacklog(receive: Receive, folder: FolderId, backlog: Backlog, { onSeen, ...options }: CountOptions = {}): Promise<number> {
  if (backlog.kind === 'from-now') return 0;
  if (backlog.kind === 'unread') return receive.unread(folder, options);
  let count = 0;
  const since = backlog.kind === 'since' ? { receivedSince: backlog.date } : {};
  for await (const message of receive.list({ folder, order: 'any', ...since, ...options })) {
    onSeen?.();
    if (isWanted(backlog, message)) count += 1;
  }
  return count;
}
