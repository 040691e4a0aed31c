import type { ListRequest, MessageSummary } from '@signalbox/core';
import { type GraphMessage, SUMMARY, summaryOf } from '../convert.ts';
import { segment } from '../http/request.ts';
import { pagesAhead, pagesOf } from '../pages.ts';
import { enter, type Session } from '../session.ts';
import { completeMessages } from './complete.ts';

/** Documented are up to 1,000; larger answers with this many properties run into the gateway's time limit (FACTS.md E2). */
const PAGE = 250;

/**
 * One request for a page. Links of the server count messages, so that a page repeats what newer mail has pushed over its edge:
 * what was told within the last pages is told once.
 */
export async function* listMessages(session: Session, request: ListRequest): AsyncGenerator<MessageSummary, void, undefined> {
  enter(session, request);
  const { folder, receivedSince, limit = Number.POSITIVE_INFINITY } = request;
  if (limit <= 0) return;
  const told = new Set<string>();
  let count = 0;
  const pages = request.limit === undefined ? pagesAhead : pagesOf;
  for await (const page of pages<GraphMessage>(session.client, { method: 'GET', path: `/mailFolders/${segment(folder)}/messages`, query: queryOf(request), names: 'folder', signal: request.signal })) {
    for (const message of await completeMessages(session, page, { folder, signal: request.signal })) {
      const summary = summaryOf(message, folder);
      // Answers show whole seconds, so that the server's idea of the instant and ours may differ by one.
      if (!summary || told.has(summary.ref.key) || (receivedSince && summary.receivedAt < receivedSince)) continue;
      remember(told, summary.ref.key);
      enter(session, request);
      yield summary;
      count += 1;
      if (count >= limit) return;
    }
  }
}

/** The order that a listing has anyway, spelled out where it was asked for. */
function queryOf({ receivedSince, limit = PAGE, order }: ListRequest): Readonly<Record<string, string | number>> {
  return {
    ...SUMMARY,
    $top: Math.max(1, Math.min(PAGE, Math.ceil(limit))),
    ...(receivedSince && { $filter: `receivedDateTime ge ${receivedSince.toISOString()}` }),
    ...(order !== 'any' && { $orderby: 'receivedDateTime desc' }),
  };
}

function remember(told: Set<string>, key: string): void {
  told.add(key);
  if (told.size <= 4 * PAGE) return;
  const [oldest] = told;
  if (oldest !== undefined) told.delete(oldest);
}
