import type { MessageSummary } from '@signalbox/core';
import type { ReaderContext } from './folder-reader.ts';
import type { Listed } from './listed.ts';
import { markMissing, type Missing } from './missing.ts';

const PAGE = 250;

export interface Audit extends Missing {
  /** So many messages became deliveries. */
  readonly found: number;
}

/**
 * Lists the folder and delivers what is neither known nor part of the baseline: a delta keeps silent about a message that was moved out and back
 * between two sweeps, and servers leave messages out. Once all of it is listed, what the ledger has there and the folder has not is noted as gone;
 * many servers tell it in no other way. Newest first, because a transport holds no connection between such pages, and binding may have to ask for
 * others. `listed` takes up what is shown; whoever records something of this folder meanwhile adds to it.
 */
export async function auditFolder(context: ReaderContext, listed: Listed, signal: AbortSignal): Promise<Audit> {
  const { receive, folder, intake, audits } = context;
  using _turn = await audits.acquire(signal);
  let found = 0;
  let page: MessageSummary[] = [];
  const take = async (last: boolean): Promise<void> => {
    const progress = last ? { progress: { audited: { door: receive.refSpace, folder: folder.id } } } : {};
    found += (await intake.take({ folder: folder.id, messages: page, shown: { by: 'audit' }, ...progress }, { signal })).delivered;
    page = [];
  };
  for await (const message of receive.list({ folder: folder.id, order: 'newest-first', signal })) {
    listed.add(message.ref.key);
    page.push(message);
    if (page.length >= PAGE) await take(false);
  }
  await take(true);
  return { found, ...(await markMissing(context, listed, signal)) };
}
