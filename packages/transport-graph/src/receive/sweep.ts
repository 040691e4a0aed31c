import { type Change, type FolderId, MailError } from '@signalbox/core';
import { type GraphMessage, keywordsOf, SUMMARY, summaryOf } from '../convert.ts';
import { type GraphRequest, segment } from '../http/request.ts';
import { type Page, pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { completeMessages } from './complete.ts';
import type { Position, Silence } from './cursor.ts';
import { KnownMessages } from './known.ts';

/** Messages in one answer. Asked for with every request, because the link does not have to keep it. */
const PAGE = 200;
/** While nothing of it is reported. */
const SILENT_PAGE = 500;

export interface Read {
  readonly changes: readonly Change[];
  readonly position: Position;
  /** The server has told all there is. */
  readonly complete: boolean;
}

const deltaOf = (folder: FolderId): string => `/mailFolders/${segment(folder)}/messages/delta`;

/** Everything the folder holds; properties are asked for once, links keep them (FACTS.md E4). */
export const fromBeginning = (folder: FolderId): GraphRequest => ({ method: 'GET', path: deltaOf(folder), query: SUMMARY });

export type DeltaPage = Page<GraphMessage>;

/** One page. Throws `cursor.expired` when the server has lost the position (FACTS.md E13). */
export async function requestPage({ client, config }: Session, folder: FolderId, { position, silence, signal }: PageOptions): Promise<DeltaPage> {
  const request = position ? { method: 'GET' as const, path: config.baseUrl + position.link } : fromBeginning(folder);
  return client.json<DeltaPage>({ ...request, names: 'folder', prefer: `odata.maxpagesize=${(position?.silence ?? silence) ? SILENT_PAGE : PAGE}`, signal });
}

export interface PageOptions {
  readonly position: Position | undefined;
  /** For the first page; later it is in the position. */
  readonly silence: Silence | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What a page tells. Pages have to be read in their order. */
export async function readPage(session: Session, folder: FolderId, page: DeltaPage, { position, silence: given, signal }: PageOptions): Promise<Read> {
  const { client, config } = session;
  const known = position?.known ?? new KnownMessages();
  const first = position?.first ?? true;
  const silence = position?.silence ?? given;
  const isSpared = (message: GraphMessage): boolean => known.has(message.id ?? '') || (silence !== undefined && wasPresent(message, silence));
  const messages = await completeMessages(session, page.value ?? [], { folder, isSpared, signal });
  const changes = messages.flatMap((message) => changesOf(message, { folder, known, first, silence }));
  const [next, delta] = [page['@odata.nextLink'], page['@odata.deltaLink']];
  const link = next ?? delta;
  if (link === undefined) throw new MailError('protocol.violation', `${client.host} does not say how to go on.`);
  const complete = next === undefined;
  return { changes, complete, position: { link: withoutServer(link, config.baseUrl, client.host), known, first: first && !complete, ...(silence && !complete && { silence }) } };
}

/** The rest is opaque. */
function withoutServer(link: string, baseUrl: string, host: string): string {
  if (link.startsWith(`${baseUrl}/`)) return link.slice(baseUrl.length);
  throw new MailError('protocol.violation', `${host} leads to another server, and no token goes there.`);
}

interface Looking {
  readonly folder: FolderId;
  readonly known: KnownMessages;
  readonly first: boolean;
  readonly silence: Silence | undefined;
}

/** Later than its creation by more than this, a message was perhaps changed. Delivery takes a moment too. */
const SETTLED_MS = 60_000;

/**
 * What a delta shows of a message has either come or changed, and it does not say which. What was reported is known to have changed; anything
 * else counts as having come, since mail that is moved in looks just like mail that was marked (docs/decisions/0009-graph-delta.md).
 */
function changesOf(message: GraphMessage, { folder, known, first, silence }: Looking): Change[] {
  const { id } = message;
  if (!id) return [];
  if (message['@removed']) {
    known.delete(id);
    // Of what was never reported nothing has to be taken back; in a first round it happens all the same (FACTS.md E4).
    return first ? [] : [{ type: 'message-removed', ref: { folder, key: id } }];
  }
  const summary = summaryOf(message, folder);
  const isSilent = silence !== undefined && wasPresent(message, silence);
  if (!summary && !isSilent && !known.has(id)) return []; // told in the log; whenever it has a date, it has come
  const wasKnown = known.add(id);
  if (isSilent) return [];
  const updated: Change = { type: 'message-updated', ref: { folder, key: id }, keywords: keywordsOf(message) };
  if (wasKnown || !summary) return [updated];
  const added: Change = { type: 'message-added', message: summary };
  return first || isFresh(message) ? [added] : [added, updated];
}

const isFresh = ({ createdDateTime, lastModifiedDateTime }: GraphMessage): boolean => {
  const age = Date.parse(lastModifiedDateTime ?? '') - Date.parse(createdDateTime ?? '');
  return Number.isNaN(age) || age <= SETTLED_MS;
};

/** There when the silence began: untouched since, or among those that were looked up. */
const wasPresent = ({ id = '', lastModifiedDateTime }: GraphMessage, { since, present }: Silence): boolean => {
  const modified = Date.parse(lastModifiedDateTime ?? '');
  return modified < since || present.has(id);
};

/** Clocks of several servers behind one address. */
const MARGIN_MS = 2_000;

/**
 * The moment of which nothing older is reported. The folder has to be gone through once all the same, because there is no other way to an
 * unfiltered position, and mail may come meanwhile: it is told from what was there by the server's own clock, and those of about this moment by name.
 */
export async function beginSilence({ client, clock }: Session, folder: FolderId, signal: AbortSignal | undefined): Promise<Silence> {
  const path = `/mailFolders/${segment(folder)}`;
  const { headers } = await client.run({ method: 'GET', path, query: { $select: 'id' }, names: 'folder', signal });
  const now = Date.parse(headers.get('date') ?? '');
  const since = Math.floor(((Number.isNaN(now) ? clock.now().getTime() : now) - MARGIN_MS) / 1_000) * 1_000;
  // All of them for as long as this run lasts; a cursor has room for some, and who goes on from there hears of the others.
  const present = new KnownMessages('', Number.POSITIVE_INFINITY);
  const query = { $select: 'id', $filter: `lastModifiedDateTime ge ${new Date(since).toISOString()}`, $top: 250 };
  for await (const page of pagesOf<GraphMessage>(client, { method: 'GET', path: `${path}/messages`, query, names: 'folder', signal })) {
    for (const { id } of page) if (id) present.add(id);
  }
  return { since, present };
}
