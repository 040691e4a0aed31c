import type { InternetMessageId } from '@signalbox/core';
import { normalizeMessageId, parseMessageIds } from '@signalbox/kit';
import { Headers } from '@zone-eu/mailsplit';
import libmime from 'libmime';
import addressparser from 'nodemailer/lib/addressparser';

export interface Correspondent {
  readonly address: string;
  readonly name?: string;
}

export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** What a message's header says, decoded. Absent is what it does not say. */
export interface LetterHeader {
  readonly from?: Correspondent;
  readonly sender?: Correspondent;
  readonly to: readonly Correspondent[];
  readonly cc: readonly Correspondent[];
  readonly bcc: readonly Correspondent[];
  readonly replyTo: readonly Correspondent[];
  readonly subject?: string;
  readonly messageId?: InternetMessageId;
  readonly inReplyTo?: string;
  readonly references?: string;
  readonly importance?: 'low' | 'high';
  readonly asksForReadReceipt: boolean;
  readonly asksForDeliveryReceipt: boolean;
  /** Fields of any other name, in their order. */
  readonly others: readonly HeaderField[];
}

/** Looks no further than the header itself: `block` ends with it, or behind it. */
export const parseLetterHeader = (block: Uint8Array): LetterHeader => letterHeaderOf(new Headers(Buffer.from(block)));

export function letterHeaderOf(headers: Headers): LetterHeader {
  const fields = headers.getList().flatMap(({ line }) => fieldOf(line));
  const byName = Map.groupBy(fields, ({ name }) => name.toLowerCase());
  const valuesOf = (name: string): readonly string[] => byName.get(name)?.map(({ value }) => value) ?? [];
  const addresses = (name: string): readonly Correspondent[] => addressesIn(valuesOf(name).join(', '));
  const [from] = addresses('from');
  const [sender] = addresses('sender');
  const [subject] = valuesOf('subject');
  const messageId = normalizeMessageId(valuesOf('message-id')[0]);
  const [inReplyTo, references] = ['in-reply-to', 'references'].map((name) => bracketed(valuesOf(name)[0]));
  const importance = importanceOf(valuesOf('importance')[0] ?? valuesOf('x-priority')[0] ?? valuesOf('priority')[0] ?? '');
  return {
    to: addresses('to'),
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    replyTo: addresses('reply-to'),
    asksForReadReceipt: valuesOf('disposition-notification-to').length > 0,
    asksForDeliveryReceipt: valuesOf('return-receipt-to').length > 0,
    others: fields.filter(({ name }) => !UNDERSTOOD.test(name)),
    ...(from && { from }),
    ...(sender && { sender }),
    ...(subject !== undefined && { subject: decoded(subject) }),
    ...(messageId !== undefined && { messageId }),
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(references !== undefined && { references }),
    ...(importance && { importance }),
  };
}

/**
 * Fields that are said elsewhere, that describe the MIME text itself, or that belong to a way already gone: trace fields (RFC 5322 §3.6.7),
 * and signatures over a text that is made anew.
 */
const UNDERSTOOD =
  /^(?:from|sender|to|cc|bcc|reply-to|subject|message-id|date|in-reply-to|references|importance|priority|x-priority|x-msmail-priority|disposition-notification-to|return-receipt-to|thread-topic|thread-index|mime-version|content-.*|received|return-path|dkim-signature|domainkey-signature|arc-.*|authentication-results)$/i;

/** Unfolded (RFC 5322 §2.2.3); raw UTF-8 is read as such (RFC 6532), anything else above ASCII as the charset nobody names. */
function fieldOf(line: string): HeaderField[] {
  const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/s.exec(line) ?? [];
  if (name === undefined || value === undefined) return [];
  return [{ name, value: textOf(value).replaceAll(/\r?\n(?=[ \t])/g, '').trim() }];
}

function textOf(binary: string): string {
  if (!/[\u0080-\u00FF]/.test(binary)) return binary;
  const utf8 = Buffer.from(binary, 'latin1').toString('utf8');
  return utf8.includes('\uFFFD') ? binary : utf8;
}

/** Most texts have no encoded word (RFC 2047 §2), and looking for one takes the library several goes. */
const decoded = (text: string): string => (text.includes('=?') ? libmime.decodeWords(text) : text);

const addressesIn = (value: string): readonly Correspondent[] =>
  (value === '' ? [] : addressparser(value, { flatten: true }))
    .filter(({ address }) => address !== '')
    .map(({ name, address }) => ({ address, ...(name !== '' && { name: decoded(name) }) }));

/** As Graph takes it: each id in its brackets. */
function bracketed(value: string | undefined): string | undefined {
  const ids = parseMessageIds(value);
  return ids.length === 0 ? undefined : ids.map((id) => `<${id}>`).join(' ');
}

/** RFC 2156 §5.3.4 for Importance; X-Priority goes from 1 to 5, Priority says urgent. */
function importanceOf(value: string): 'low' | 'high' | undefined {
  if (/^\s*(?:high|urgent|[12]\b)/i.test(value)) return 'high';
  return /^\s*(?:low|non-urgent|[45]\b)/i.test(value) ? 'low' : undefined;
}
