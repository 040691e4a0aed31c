import type { FolderId, Keyword, MessageSummary } from '@signalbox/core';
import { normalizeMessageId, parseMessageIds } from '@signalbox/kit';

/** A message as Graph shows it. What the server says is looked at, not believed. */
export interface GraphMessage {
  readonly id?: string;
  readonly parentFolderId?: string | null;
  readonly internetMessageId?: string | null;
  readonly receivedDateTime?: string | null;
  readonly sentDateTime?: string | null;
  readonly createdDateTime?: string | null;
  readonly lastModifiedDateTime?: string | null;
  readonly subject?: string | null;
  readonly from?: { readonly emailAddress?: { readonly address?: string | null } | null } | null;
  readonly isRead?: boolean | null;
  readonly isDraft?: boolean | null;
  readonly flag?: { readonly flagStatus?: string | null } | null;
  readonly singleValueExtendedProperties?: readonly { readonly id?: string; readonly value?: string }[];
  readonly '@removed'?: { readonly reason?: string };
}

/** MAPI's PidTagInReplyToId and PidTagInternetReferences (FACTS.md E10): a listing does not show the headers themselves. */
const IN_REPLY_TO = 'String 0x1042';
const REFERENCES = 'String 0x1039';
/** PidTagMessageClass (MS-OXCMSG section 2.2.1.3). */
const MESSAGE_CLASS = 'String 0x001A';

/** All a summary needs, in the answer of the listing itself: no request for a single message. */
export const SUMMARY = {
  $select: 'id,parentFolderId,internetMessageId,receivedDateTime,sentDateTime,createdDateTime,lastModifiedDateTime,subject,from,isRead,isDraft,flag',
  $expand: `singleValueExtendedProperties($filter=id eq '${IN_REPLY_TO}' or id eq '${REFERENCES}' or id eq '${MESSAGE_CLASS}')`,
} as const;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Absent for what names no message, or does not say when it came: `completeMessages` asks for that again. */
export function summaryOf(message: GraphMessage, folder: FolderId | undefined = message.parentFolderId ?? undefined): MessageSummary | undefined {
  const { id, receivedDateTime, internetMessageId, subject, from } = message;
  const receivedAt = dateOf(receivedDateTime);
  if (!id || !receivedAt || folder === undefined) return undefined;
  const summary: Writable<MessageSummary> = { ref: { folder, key: id }, receivedAt, keywords: keywordsOf(message) };
  const messageId = normalizeMessageId(internetMessageId);
  if (messageId !== undefined) summary.messageId = messageId;
  const sentAt = sentAtOf(message);
  if (sentAt) summary.sentAt = sentAt;
  if (typeof subject === 'string') summary.subject = subject;
  const address = from?.emailAddress?.address;
  if (address) summary.from = [address];
  if (message.singleValueExtendedProperties) addProperties(summary, message.singleValueExtendedProperties);
  return summary;
}

/** Exchange takes the moment of creation where a message has no date of its own; a date that equals it is no evidence of one (docs/quirks/graph.md). */
function sentAtOf({ sentDateTime, createdDateTime }: GraphMessage): Date | undefined {
  return sentDateTime === createdDateTime ? undefined : dateOf(sentDateTime);
}

function addProperties(summary: Writable<MessageSummary>, properties: NonNullable<GraphMessage['singleValueExtendedProperties']>): void {
  for (const { id = '', value = '' } of properties) {
    if (IS_CLASS.test(id)) {
      const reportType = reportTypeOfClass(value);
      if (reportType !== undefined) summary.reportType = reportType;
      continue;
    }
    const ids = parseMessageIds(value);
    const [first] = ids;
    if (first === undefined) continue;
    if (IS_IN_REPLY_TO.test(id)) summary.inReplyTo = first;
    else if (IS_REFERENCES.test(id)) summary.references = ids;
  }
}

/** Graph writes the tag of an answer as it likes: other case, no leading zeros. */
const [IS_IN_REPLY_TO, IS_REFERENCES, IS_CLASS] = [/0x0*1042$/i, /0x0*1039$/i, /0x0*1a$/i];

/** MS-OXOMSG section 2.2.2.1, MS-OXCMAIL section 2.2.3.7.1.1: `REPORT.IPM.Note.NDR` and its like, in whatever case. */
function reportTypeOfClass(messageClass: string): string | undefined {
  if (!/^report\./i.test(messageClass)) return undefined;
  if (/\.n?dr$/i.test(messageClass)) return 'delivery-status';
  return /\.ipnn?rn$/i.test(messageClass) ? 'disposition-notification' : undefined;
}

export function dateOf(text: string | null | undefined): Date | undefined {
  if (!text) return undefined;
  const date = new Date(text);
  // 0001-01-01 is how .NET writes an instant that is not there.
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1900 ? undefined : date;
}

/** What this door can show and keep. Graph has no property for `$answered`. */
export const KEYWORDS: readonly Keyword[] = ['$seen', '$flagged'];

const NONE: ReadonlySet<Keyword> = new Set();
const SEEN: ReadonlySet<Keyword> = new Set(['$seen']);

export function keywordsOf({ isRead, isDraft, flag }: GraphMessage): ReadonlySet<Keyword> {
  const flagged = flag?.flagStatus === 'flagged';
  if (!flagged && isDraft !== true) return isRead === true ? SEEN : NONE;
  const keywords = new Set<Keyword>();
  if (isRead === true) keywords.add('$seen');
  if (flagged) keywords.add('$flagged');
  if (isDraft === true) keywords.add('$draft');
  return keywords;
}
