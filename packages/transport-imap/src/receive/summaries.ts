import type { MessageSummary } from '@signalbox/core';
import type { Connection, Selected } from '../connection/connection.ts';
import { NEWS, summaryOf } from '../convert.ts';

/** A page of this size is read in one command; the consumer works on it while the connection is free for others. */
export const PAGE = 200;

/** Summaries by UID, in the order of the answer. A server may leave some out and send others twice. */
export async function fetchSummaries(connection: Connection, selected: Selected, uids: string, signal: AbortSignal | undefined): Promise<Map<number, MessageSummary>> {
  const summaries = new Map<number, MessageSummary>();
  for await (const row of connection.rows(uids, NEWS, { signal })) {
    const summary = summaryOf(row, selected.folder, selected.uidValidity);
    if (summary) summaries.set(row.uid, summary);
  }
  return summaries;
}
