import { type GraphMessage, SUMMARY } from '../convert.ts';
import type { GraphClient } from '../http/client.ts';
import { segment } from '../http/request.ts';
import type { Page } from '../pages.ts';

/**
 * Of a message that was only marked a delta may show no more than its id and the mark, whatever was asked for (docs/quirks/graph.md). The rest
 * is looked up, many in one request. What is gone by now is told as removed by a later page.
 */
export async function completePage(client: Pick<GraphClient, 'batch'>, page: Page<GraphMessage>, signal: AbortSignal | undefined): Promise<Page<GraphMessage>> {
  const { value = [] } = page;
  const ids = value.filter((message) => isPartial(message)).map(({ id = '' }) => id);
  if (ids.length === 0) return page;
  const outcomes = await client.batch<GraphMessage>(ids.map((id) => ({ method: 'GET', path: `/messages/${segment(id)}`, query: SUMMARY })), { ...(signal && { signal }) });
  const whole = new Map<string, GraphMessage>();
  for (const [index, outcome] of outcomes.entries()) {
    if ('value' in outcome) whole.set(ids[index] ?? '', outcome.value);
    else if (outcome.error.code !== 'message.not-found') throw outcome.error;
  }
  return { ...page, value: value.map((message) => (isPartial(message) ? { ...message, ...whole.get(message.id ?? '') } : message)) };
}

const isPartial = ({ id, receivedDateTime, '@removed': removed }: GraphMessage): boolean => id !== undefined && removed === undefined && receivedDateTime === undefined;
