import { type FolderId, type InternetMessageId, type Keyword, MailError, type MessageSummary } from '@signalbox/core';
import { normalizeMessageId, parseMessageIds, reportTypeOf } from '@signalbox/kit';
import type { FetchMessageObject, FetchQueryObject, MessageEnvelopeObject } from 'imapflow';
import { refOf } from './refs.ts';

/** What a summary is made of: one FETCH, no body, nothing that marks a message as read. */
export const SUMMARY: FetchQueryObject = { uid: true, flags: true, internalDate: true, size: true, envelope: true, headers: ['references'] };

/** The same with what a report is known by. A listing of everything does without: it would cost octets on every row. */
export const NEWS: FetchQueryObject = { ...SUMMARY, headers: ['references', 'content-type'] };

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Absent for a row that is not the answer to `SUMMARY` or `NEWS`: servers add rows about flags whenever they like.
 * Runs once per message of a listing, so it builds one object and looks at each octet once.
 */
export function summaryOf(row: FetchMessageObject, folder: FolderId, uidValidity: string): MessageSummary | undefined {
  const { uid, internalDate: receivedAt, flags, size, envelope, headers } = row;
  if (!uid || !(receivedAt instanceof Date) || !flags) return undefined;
  const summary: Writable<MessageSummary> = { ref: refOf(folder, uidValidity, uid), receivedAt, keywords: keywordsOf(flags) };
  if (size) summary.size = size;
  if (envelope) addEnvelope(summary, envelope);
  if (headers && headers.length > SHORTEST_HEADERS) addHeaders(summary, headers.toString());
  return summary;
}

function addEnvelope(summary: Writable<MessageSummary>, { date, subject, messageId, inReplyTo, from }: MessageEnvelopeObject): void {
  const id = idOf(messageId);
  if (id !== undefined) summary.messageId = id;
  if (date instanceof Date) summary.sentAt = date;
  if (subject !== undefined) summary.subject = subject;
  const addresses = addressesOf(from);
  if (addresses) summary.from = addresses;
  const parent = inReplyTo === undefined ? undefined : (plainId(inReplyTo) ?? parseMessageIds(inReplyTo)[0]);
  if (parent !== undefined) summary.inReplyTo = parent;
}

const idOf = (header: string | undefined): InternetMessageId | undefined => (header === undefined ? undefined : (plainId(header) ?? normalizeMessageId(header)));

const PLAIN_ID = /^<[^<>\s]+>$/;
/** Most ids need no more than their brackets taken off. */
const plainId = (text: string): InternetMessageId | undefined => (PLAIN_ID.test(text) ? text.slice(1, -1) : undefined);

/** imapflow leaves the address of a group's name empty. */
function addressesOf(list: MessageEnvelopeObject['from']): string[] | undefined {
  if (!list) return undefined;
  const addresses: string[] = [];
  for (const { address } of list) if (address) addresses.push(address);
  return addresses.length > 0 ? addresses : undefined;
}

const SHORTEST_HEADERS = 'References:'.length;
const REFERENCES = /^references[ \t]*:((?:.*\r?\n[ \t])*.*)/im;
const REPORT = /^content-type[ \t]*:(\s*multipart\/report(?:.*\r?\n[ \t])*.*)/im;

/** The fields that were asked for, as they were sent, in the order they have in the message. */
function addHeaders(summary: Writable<MessageSummary>, text: string): void {
  const value = REFERENCES.exec(text)?.[1];
  const references = value === undefined ? [] : parseMessageIds(value);
  if (references.length > 0) summary.references = references;
  const contentType = REPORT.exec(text)?.[1];
  const reportType = contentType === undefined ? undefined : reportTypeOf(contentType);
  if (reportType !== undefined) summary.reportType = reportType;
}

const SYSTEM_FLAGS: readonly (readonly [flag: string, keyword: Keyword])[] = [
  ['\\Seen', '$seen'],
  ['\\Answered', '$answered'],
  ['\\Flagged', '$flagged'],
  ['\\Draft', '$draft'],
];
const KEYWORD_OF: ReadonlyMap<string, Keyword> = new Map(SYSTEM_FLAGS.map(([flag, keyword]) => [flag.toLowerCase(), keyword]));
const FLAG_OF: ReadonlyMap<Keyword, string> = new Map(SYSTEM_FLAGS.map(([flag, keyword]) => [keyword, flag]));

const NO_KEYWORDS: ReadonlySet<Keyword> = new Set();

/** System flags become the keywords of RFC 8621 §4.1.1; `\Deleted` and `\Recent` are the session's business and become none. */
export function keywordsOf(flags: ReadonlySet<string>): ReadonlySet<Keyword> {
  if (flags.size === 0) return NO_KEYWORDS;
  const keywords = new Set<Keyword>();
  for (const flag of flags) {
    const lower = flag.toLowerCase();
    const keyword = lower.startsWith('\\') ? KEYWORD_OF.get(lower) : lower;
    if (keyword !== undefined) keywords.add(keyword);
  }
  return keywords;
}

/** RFC 9051 §9: a keyword is an atom, so not every string can be one. */
const ATOM = /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+$/;

/** What a folder can keep: RFC 9051 §7.1 PERMANENTFLAGS. */
export interface FlagStore {
  readonly permanentFlags?: ReadonlySet<string>;
  readonly flags: ReadonlySet<string>;
}

/** The flag for each keyword, spelled as the server does. Throws `capability.unsupported` for one it cannot keep. */
export function flagsFor(keywords: readonly Keyword[], store: FlagStore): string[] {
  const known = new Map([...(store.permanentFlags ?? store.flags)].map((flag) => [flag.toLowerCase(), flag]));
  return keywords.map((keyword) => {
    const flag = FLAG_OF.get(keyword) ?? keyword;
    const stored = known.get(flag.toLowerCase());
    if (stored !== undefined) return stored;
    if (known.has(String.raw`\*`) && !flag.startsWith('\\') && ATOM.test(flag)) return flag;
    throw new MailError('capability.unsupported', `This folder cannot keep the keyword "${keyword}".`);
  });
}

/** Of keywords to be taken away, those that could ever have been set. */
export const removableFlags = (keywords: readonly Keyword[]): string[] =>
  keywords.map((keyword) => FLAG_OF.get(keyword) ?? keyword).filter((flag) => flag.startsWith('\\') || ATOM.test(flag));

/** For `traits`: `any` where the server lets clients make keywords up. */
export function storableKeywords(store: FlagStore): 'any' | readonly Keyword[] {
  const flags = store.permanentFlags ?? store.flags;
  return flags.has(String.raw`\*`) ? 'any' : [...keywordsOf(flags)];
}
