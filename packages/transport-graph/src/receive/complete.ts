import type { FolderId } from '@signalbox/core';
import { dateOf, type GraphMessage, SUMMARY } from '../convert.ts';
import type { BatchItem } from '../http/batch.ts';
import { segment } from '../http/request.ts';
import type { Session } from '../session.ts';

export interface Completing {
  /** Where they were seen; absent: anywhere. */
  readonly folder?: FolderId | undefined;
  /** Of which of them no date has to be known. Default: none. */
  readonly isSpared?: (message: GraphMessage) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Without `receivedDateTime` nothing can be told of a message that came, and it may be missing in two ways (docs/quirks/graph.md): of a message
 * that was only marked a delta may show no more than its id and the mark; and by Graph's schema it may be null. Such messages are looked up, many
 * in one request. One that still says nothing is told of in the log: what is behind a cursor never comes again unless it changes.
 */
export async function completeMessages({ client, log }: Pick<Session, 'log'> & { readonly client: Pick<Session['client'], 'batch'> }, messages: readonly GraphMessage[], { folder, isSpared, signal }: Completing): Promise<readonly GraphMessage[]> {
  const lacksDate = (message: GraphMessage): boolean => !message['@removed'] && !dateOf(message.receivedDateTime);
  const wanting = messages.filter((message) => lacksDate(message) && (message.receivedDateTime === undefined || isSpared?.(message) !== true));
  if (wanting.length === 0) return messages;
  const tell = (message?: string): void => log.log('warn', 'graph.message-without-date', { ...(folder !== undefined && { folder }), ...(message !== undefined && { message }) });
  if (wanting.some(({ id }) => !id)) tell();
  const ids = [...new Set(wanting.flatMap(({ id }) => id ?? []))];
  const items = ids.map((id): BatchItem => ({ method: 'GET', path: `/messages/${segment(id)}`, query: SUMMARY }));
  const found = new Map<string, GraphMessage>();
  for (const [index, outcome] of (await client.batch<GraphMessage>(items, signal && { signal })).entries()) {
    const id = ids[index] ?? '';
    if ('error' in outcome) {
      if (outcome.error.code !== 'message.not-found') throw outcome.error;
      continue; // gone meanwhile: a later page says so
    }
    if (lacksDate(outcome.value)) tell(id);
    else found.set(id, outcome.value);
  }
  return messages.map((message) => ({ ...message, ...(lacksDate(message) && found.get(message.id ?? '')) }));
}
