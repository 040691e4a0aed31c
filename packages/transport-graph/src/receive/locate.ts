import type { CallOptions, LocateQuery, MessageRef, MessageSummary } from '@signalbox/core';
import { type GraphMessage, SUMMARY, summaryOf } from '../convert.ts';
import type { BatchItem } from '../http/batch.ts';
import { segment } from '../http/request.ts';
import { pagesOf } from '../pages.ts';
import { enter, type Session } from '../session.ts';
import { completeMessages } from './complete.ts';

/** One request for all folders: Graph keeps the Message-ID with its brackets. */
export async function* locateMessages(session: Session, { messageId, folders }: LocateQuery, options?: CallOptions): AsyncGenerator<MessageSummary, void, undefined> {
  enter(session, options);
  const query = { ...SUMMARY, $filter: `internetMessageId eq '<${messageId.replaceAll("'", "''")}>'`, $top: 50 };
  const wanted = folders && new Set(folders);
  for await (const page of pagesOf<GraphMessage>(session.client, { method: 'GET', path: '/messages', query, names: 'mailbox', signal: options?.signal })) {
    for (const message of await completeMessages(session, page, { signal: options?.signal })) {
      const summary = summaryOf(message);
      if (!summary || summary.messageId !== messageId || (wanted && !wanted.has(summary.ref.folder))) continue;
      enter(session, options);
      yield summary;
    }
  }
}

/** An immutable id finds a message wherever it went, so its folder is compared. */
export async function presentMessages(session: Session, refs: readonly MessageRef[], options?: CallOptions): Promise<readonly MessageSummary[]> {
  enter(session, options);
  const keys = [...new Set(refs.map(({ key }) => key))];
  const items = keys.map((key): BatchItem => ({ method: 'GET', path: `/messages/${segment(key)}`, query: SUMMARY }));
  const found = new Map<string, MessageSummary>();
  for (const [index, outcome] of (await session.client.batch<GraphMessage>(items, options)).entries()) {
    const key = keys[index] ?? '';
    if ('error' in outcome) {
      if (outcome.error.code !== 'message.not-found') throw outcome.error;
      continue;
    }
    const summary = summaryOf(outcome.value);
    if (summary) found.set(key, summary);
  }
  return refs.map(({ folder, key }) => [folder, found.get(key)] as const).flatMap(([folder, summary]) => (summary?.ref.folder === folder ? [summary] : []));
}
