import type { FolderId } from '@signalbox/core';
import { dateOf, type GraphMessage } from '../convert.ts';
import type { BatchItem } from '../http/batch.ts';
import { segment } from '../http/request.ts';
import type { Session } from '../session.ts';

export interface Dating {
  /** Where they were seen; absent: anywhere. */
  readonly folder?: FolderId | undefined;
  /** Of which of them nothing has to be known. Default: none. */
  readonly isSpared?: (message: GraphMessage) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * `receivedDateTime` may be null by Graph's schema, and without it nothing can be told of a message that came. Such a message is asked for
 * once more, by itself; one that still says nothing is told of in the log: what is behind a cursor never comes again unless it changes.
 */
export async function withDates(session: Session, messages: readonly GraphMessage[], { folder, isSpared, signal }: Dating): Promise<readonly GraphMessage[]> {
  const { client, log } = session;
  const undated = messages.filter((message) => !message['@removed'] && !dateOf(message.receivedDateTime) && isSpared?.(message) !== true);
  if (undated.length === 0) return messages;
  const tell = (message?: string): void => log.log('warn', 'graph.message-without-date', { ...(folder !== undefined && { folder }), ...(message !== undefined && { message }) });
  const ids = [...new Set(undated.flatMap(({ id }) => id ?? []))];
  if (undated.some(({ id }) => !id)) tell();
  const items = ids.map((id): BatchItem => ({ method: 'GET', path: `/messages/${segment(id)}`, query: { $select: 'id,receivedDateTime' } }));
  const dates = new Map<string, string>();
  for (const [index, outcome] of (await client.batch<GraphMessage>(items, signal && { signal })).entries()) {
    const id = ids[index] ?? '';
    if ('error' in outcome) {
      if (outcome.error.code !== 'message.not-found') throw outcome.error;
      continue; // gone meanwhile, and nothing is missed
    }
    const { receivedDateTime } = outcome.value;
    if (receivedDateTime && dateOf(receivedDateTime)) dates.set(id, receivedDateTime);
    else tell(id);
  }
  return messages.map((message) => {
    const receivedDateTime = dates.get(message.id ?? '');
    return receivedDateTime === undefined ? message : { ...message, receivedDateTime };
  });
}
