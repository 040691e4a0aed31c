import type { ByteSource, MessageSummary } from '@signalbox/core';
import libmime from 'libmime';

/** What sort of message it is. `report`: the mail system itself wrote it, and only its header tells what about. */
export type MessageKind = 'message' | 'report' | 'delivery-report' | 'read-receipt' | 'meeting' | 'signed' | 'encrypted' | 'tnef';

/** What the header of a message tells beside a summary. */
export interface HeaderFacts {
  readonly kind: MessageKind;
  /** RFC 3834 §5: `auto-replied`, `auto-generated`. Absent for what a person sent. */
  readonly autoSubmitted?: string;
  /** RFC 2919: which list it came through. */
  readonly listId?: string;
}

/** Exchange's own sender of reports, and that of nearly everybody else (RFC 3464 §2 leaves it open). */
const REPORTERS = /^(?:mailer-daemon|postmaster|microsoftexchange[0-9a-f]{32})@/i;

/** As far as a listing tells. */
export function kindOfSummary({ from, reportType }: Pick<MessageSummary, 'from' | 'reportType'>): MessageKind {
  if (reportType !== undefined) return kindOfReport(reportType);
  return from?.some((address) => REPORTERS.test(address)) ? 'report' : 'message';
}

/** By the `report-type` of RFC 6522 §3. */
function kindOfReport(reportType: string): MessageKind {
  if (reportType === 'delivery-status') return 'delivery-report';
  return reportType === 'disposition-notification' ? 'read-receipt' : 'report';
}

export function headerFactsOf(header: string): HeaderFacts {
  const fields = libmime.decodeHeaders(header) as Readonly<Record<string, string | readonly string[] | undefined>>;
  const first = (name: string): string | undefined => {
    const value = fields[name];
    return (typeof value === 'string' ? value : value?.[0])?.trim() || undefined;
  };
  const autoSubmitted = first('auto-submitted')?.split(';')[0]?.trim().toLowerCase();
  const listId = /<([^<>]+)>\s*$/.exec(first('list-id') ?? '')?.[1];
  return {
    kind: kindOfContent(first('content-type') ?? 'text/plain', first('content-class')),
    ...(autoSubmitted !== undefined && autoSubmitted !== 'no' && { autoSubmitted }),
    ...(listId !== undefined && { listId }),
  };
}

/** Exchange says of a meeting in the header what everybody else says only in a part (FACTS.md calls it a content class). */
function kindOfContent(contentType: string, contentClass: string | undefined): MessageKind {
  const { value, params } = libmime.parseHeaderValue(contentType);
  const type = value.toLowerCase();
  const param = (name: string): string => (params[name] ?? '').toLowerCase();
  if (type === 'multipart/report') return kindOfReport(param('report-type'));
  if (type === 'text/calendar' || contentClass?.toLowerCase().includes('calendarmessage')) return 'meeting';
  if (type === 'multipart/signed') return 'signed';
  if (type === 'multipart/encrypted') return 'encrypted';
  if (type === 'application/pkcs7-mime' || type === 'application/x-pkcs7-mime') return param('smime-type') === 'signed-data' ? 'signed' : 'encrypted';
  return type === 'application/ms-tnef' ? 'tnef' : 'message';
}

/** A header that is longer is cut there: what counts stands in front. */
export const LONGEST_HEADER = 256 * 1024;

/** What stands before the first empty line, once it has come. */
export function headerIn(pieces: readonly Uint8Array[]): string | undefined {
  const text = Buffer.concat(pieces).toString('latin1');
  const end = /\r?\n\r?\n/.exec(text);
  return end ? text.slice(0, end.index) : undefined;
}

/** Reads no more than the header, and ends the source. */
export async function readHeader(source: ByteSource): Promise<string> {
  await using reading = source;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of reading.bytes) {
    pieces.push(piece);
    length += piece.byteLength;
    const header = headerIn(pieces);
    if (header !== undefined) return header;
    if (length >= LONGEST_HEADER) break;
  }
  return Buffer.concat(pieces).toString('latin1');
}
