import type { MimeText } from '../../store/door-view.ts';
import { parseHeaders } from '../../mime/headers.ts';
import type { MimePart } from '../../mime/tree.ts';
import type { Parser } from '../wire/parser.ts';
import { ImapSyntaxError } from '../wire/parser.ts';
import { imapName } from '../wire/strings.ts';

/** What stands between the brackets of BODY[…]. */
export interface Section {
  readonly path: readonly number[];
  readonly text?: 'HEADER' | 'TEXT' | 'MIME' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT';
  readonly fields: readonly string[];
}

export const WHOLE: Section = { path: [], fields: [] };
const TEXTS = ['HEADER.FIELDS.NOT', 'HEADER.FIELDS', 'HEADER', 'TEXT', 'MIME'] as const;

/** `[`, a section and `]` (RFC 9051 §6.4.5.1). */
export function parseSection(parser: Parser): Section {
  parser.expect('[');
  const path: number[] = [];
  while (/^\d/.test(parser.rest)) {
    const number = parser.number();
    if (number === 0) throw new ImapSyntaxError('Parts are counted from 1.');
    path.push(number);
    if (!parser.skip('.')) return closed(parser, { path, fields: [] });
  }
  const text = TEXTS.find((candidate) => parser.skip(candidate));
  if (text === undefined && (path.length > 0 || parser.rest[0] !== ']')) throw new ImapSyntaxError('There is no such section.');
  if (text === 'MIME' && path.length === 0) throw new ImapSyntaxError('MIME is of a part.');
  const fields = text?.startsWith('HEADER.F') ? fieldList(parser) : [];
  return closed(parser, { path, fields, ...(text && { text }) });
}

function fieldList(parser: Parser): readonly string[] {
  parser.space();
  const fields = parser.list(() => parser.astring());
  if (fields.length === 0) throw new ImapSyntaxError('The list of fields is empty.');
  return fields;
}

function closed(parser: Parser, section: Section): Section {
  parser.expect(']');
  return section;
}

/** As the answer names it. */
export function sectionName({ path, text, fields }: Section): string {
  const list = fields.length > 0 ? ` (${fields.map((field) => imapName(field.toUpperCase())).join(' ')})` : '';
  return `${[...path, ...(text ? [text] : [])].join('.')}${list}`;
}

/** The octets of a section; nothing when the message has no such part. */
export function sectionBytes({ raw, root }: MimeText, section: Section): Buffer | undefined {
  const part = partAt(root, section.path);
  if (!part) return undefined;
  const { path, text, fields } = section;
  if (text === undefined) return path.length === 0 ? raw : raw.subarray(part.body, part.end);
  if (text === 'MIME') return raw.subarray(part.start, part.body);
  // HEADER and TEXT are of a message: the whole one, or one that is attached.
  const message = path.length === 0 ? part : part.message;
  if (!message) return undefined;
  if (text === 'TEXT') return raw.subarray(message.body, message.end);
  const header = raw.subarray(message.start, message.body);
  return text === 'HEADER' ? header : selectFields(header, fields, text === 'HEADER.FIELDS');
}

/** Part 1 of what is no multipart is its body; parts of an attached message are counted below it. */
function partAt(root: MimePart, path: readonly number[]): MimePart | undefined {
  let part: MimePart = root;
  for (const [depth, number] of path.entries()) {
    const within: MimePart | undefined = depth === 0 ? part : part.message ?? (part.children.length > 0 ? part : undefined);
    if (!within) return undefined;
    const next = within.children.length > 0 ? within.children[number - 1] : number === 1 ? within : undefined;
    if (!next) return undefined;
    part = next;
  }
  return part;
}

function selectFields(header: Buffer, names: readonly string[], wanted: boolean): Buffer {
  const set = new Set(names.map((name) => name.toUpperCase()));
  const lines = parseHeaders(header).filter(({ name }) => set.has(name.toUpperCase()) === wanted);
  return Buffer.concat([...lines.map((field) => field.raw), Buffer.from('\r\n')]);
}
