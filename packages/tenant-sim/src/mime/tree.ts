import { bodyOffset, type HeaderField, headerValue, parseHeaders } from './headers.ts';
import { parameter, parseStructured, type StructuredValue } from './parameters.ts';

/** One part of a message, as places in its text: what IMAP's BODYSTRUCTURE and BODY[…] are made of. */
export interface MimePart {
  /** Where its header begins, its body begins, and its body ends. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
  readonly fields: readonly HeaderField[];
  /** Lower case: `text`. */
  readonly type: string;
  readonly subtype: string;
  readonly contentType: StructuredValue;
  /** Of a multipart: its parts, of which there is at least one. Of any other: none. */
  readonly children: readonly MimePart[];
  /** The message within a message/rfc822 part. */
  readonly message?: MimePart;
}

const [DASH, CR, LF, SPACE, TAB] = [45, 13, 10, 32, 9];
/** Deeper is not looked into. */
const DEEPEST = 100;

export const parseTree = (raw: Buffer): MimePart => parsePart(raw, 0, raw.byteLength, 'text/plain', 0);

function parsePart(raw: Buffer, start: number, end: number, usual: string, depth: number): MimePart {
  const body = bodyOffset(raw, start, end);
  const fields = parseHeaders(raw.subarray(start, body));
  const contentType = parseStructured(headerValue(fields, 'content-type') ?? usual);
  const [type = '', subtype = ''] = contentType.value.toLowerCase().split('/');
  const part = { start, body, end, fields, children: [] };
  if (type === '' || subtype === '') return { ...part, ...typed('text/plain') };
  if (depth > DEEPEST) return { ...part, type, subtype, contentType };
  if (type === 'multipart') {
    const children = childrenOf(raw, { body, end, boundary: parameter(contentType, 'boundary'), usual: subtype === 'digest' ? 'message/rfc822' : 'text/plain', depth });
    // A multipart without parts is no multipart (RFC 2046 §5.1.1 asks for one at least).
    return children.length > 0 ? { ...part, type, subtype, contentType, children } : { ...part, ...typed('text/plain') };
  }
  const isMessage = type === 'message' && subtype === 'rfc822';
  return { ...part, type, subtype, contentType, ...(isMessage && { message: parsePart(raw, body, end, 'text/plain', depth + 1) }) };
}

function typed(text: string): Pick<MimePart, 'type' | 'subtype' | 'contentType'> {
  const [type = '', subtype = ''] = text.split('/');
  return { type, subtype, contentType: { value: text, parameters: [] } };
}

interface Multipart {
  readonly body: number;
  readonly end: number;
  readonly boundary: string | undefined;
  readonly usual: string;
  readonly depth: number;
}

function childrenOf(raw: Buffer, { body, end, boundary, usual, depth }: Multipart): readonly MimePart[] {
  if (boundary === undefined || boundary === '') return [];
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const children: MimePart[] = [];
  let partStart: number | undefined;
  for (const line of delimiterLines(raw, delimiter, body, end)) {
    if (partStart !== undefined) children.push(parsePart(raw, partStart, Math.max(partStart, beforeLineEnd(raw, line.start)), usual, depth + 1));
    partStart = line.isLast ? undefined : line.end;
    if (line.isLast) return children;
  }
  // The closing delimiter is missing: the last part goes on to the end.
  if (partStart !== undefined) children.push(parsePart(raw, partStart, end, usual, depth + 1));
  return children;
}

/** Lines that begin with the delimiter and hold nothing else but white space. */
function* delimiterLines(raw: Buffer, delimiter: Buffer, from: number, to: number): Generator<{ readonly start: number; readonly end: number; readonly isLast: boolean }> {
  for (let start = raw.indexOf(delimiter, from); start !== -1 && start < to; start = raw.indexOf(delimiter, start + 1)) {
    if (start !== from && raw[start - 1] !== LF) continue;
    const after = start + delimiter.byteLength;
    const isLast = raw[after] === DASH && raw[after + 1] === DASH;
    const newline = raw.indexOf(LF, after);
    const end = newline === -1 || newline >= to ? to : newline + 1;
    if (isLast || isBlank(raw, after, end)) yield { start, end, isLast };
  }
}

function isBlank(raw: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (raw[at] !== SPACE && raw[at] !== TAB && raw[at] !== CR && raw[at] !== LF) return false;
  return true;
}

/** The line end before a delimiter belongs to it (RFC 2046 §5.1.1). */
function beforeLineEnd(raw: Buffer, at: number): number {
  if (raw[at - 1] !== LF) return at;
  return raw[at - 2] === CR ? at - 2 : at - 1;
}

export function lineCount(raw: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = raw.indexOf(LF, from); at !== -1 && at < to; at = raw.indexOf(LF, at + 1)) count += 1;
  return count;
}
