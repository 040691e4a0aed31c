import type { CallOptions } from '@signalbox/core';
import type { GraphClient } from '../../http/client.ts';
import { segment } from '../../http/request.ts';

/** How many attachments a draft has, inline ones among them: `hasAttachments` does not count those. */
export async function countAttachments(client: Pick<GraphClient, 'json'>, draftId: string, options?: CallOptions): Promise<number> {
  const { value = [] } = await client.json<{ readonly value?: readonly unknown[] }>({
    method: 'GET',
    path: `/messages/${segment(draftId)}/attachments`,
    query: { $select: 'id', $top: 1_000 },
    signal: options?.signal,
  });
  return value.length;
}
