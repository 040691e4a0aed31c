import type { MessageSummary } from '@signalbox/core';
import type { ReaderContext } from './folder-reader.ts';

const PAGE = 250;

/**
 * Lists the folder and delivers what is neither known nor part of the baseline: a delta keeps silent about a message that was moved out and back
 * between two sweeps, and servers leave messages out. Answers how many were found. Newest first, because a transport holds no connection between
 * such pages, and binding may have to ask for others.
 */
export async function auditFolder({ receive, folder, intake, audits }: Pick<ReaderContext, 'receive' | 'folder' | 'intake' | 'audits'>, signal: AbortSignal): Promise<number> {
  using _turn = await audits.acquire(signal);
  let found = 0;
  let page: MessageSummary[] = [];
  const take = async (last: boolean): Promise<void> => {
    const progress = last ? { progress: { audited: { door: receive.refSpace, folder: folder.id } } } : {};
    found += (await intake.take({ folder: folder.id, messages: page, ...progress }, { signal })).delivered;
    page = [];
  };
  for await (const message of receive.list({ folder: folder.id, order: 'newest-first', signal })) {
    page.push(message);
    if (page.length >= PAGE) await take(false);
  }
  await take(true);
  return found;
}
