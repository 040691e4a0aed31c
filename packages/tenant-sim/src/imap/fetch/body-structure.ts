import { headerValue } from '../../mime/headers.ts';
import { parameter, parseStructured, type StructuredValue } from '../../mime/parameters.ts';
import { lineCount, type MimePart } from '../../mime/tree.ts';
import { imapString } from '../wire/strings.ts';
import { envelope } from './envelope.ts';

/** BODY, or with what extends it BODYSTRUCTURE (RFC 9051 §7.5.2). */
export function bodyStructure(raw: Buffer, part: MimePart, extended: boolean): string {
  return part.children.length > 0 ? multipart(raw, part, extended) : single(raw, part, extended);
}

function multipart(raw: Buffer, { fields, children, contentType, subtype }: MimePart, extended: boolean): string {
  const parts = children.map((child) => bodyStructure(raw, child, extended)).join('');
  const extension = extended ? ` ${parameters(contentType)} ${disposition(fields)} ${language(fields)} ${imapString(headerValue(fields, 'content-location'))}` : '';
  return `(${parts} ${imapString(subtype)}${extension})`;
}

function single(raw: Buffer, part: MimePart, extended: boolean): string {
  const { fields, contentType, type, subtype, body, end, message } = part;
  const text = (name: string): string => imapString(headerValue(fields, name));
  const items = [
    imapString(type),
    imapString(subtype),
    parameters(type === 'text' && parameter(contentType, 'charset') === undefined ? inUsAscii(contentType) : contentType),
    text('content-id'),
    text('content-description'),
    imapString(headerValue(fields, 'content-transfer-encoding')?.toLowerCase() ?? '7bit'),
    String(end - body),
    ...(message ? [envelope(message.fields), bodyStructure(raw, message, extended)] : []),
    ...(message || type === 'text' ? [String(lineCount(raw, body, end))] : []),
    ...(extended ? [text('content-md5'), disposition(fields), language(fields), text('content-location')] : []),
  ];
  return `(${items.join(' ')})`;
}

/** RFC 2045 §5.2: what text is in unless it says so. */
const inUsAscii = ({ value, parameters: list }: StructuredValue): StructuredValue => ({ value, parameters: [...list, ['charset', 'us-ascii']] });

function parameters({ parameters: list }: StructuredValue): string {
  return list.length === 0 ? 'NIL' : `(${list.map(([name, value]) => `${imapString(name)} ${imapString(value)}`).join(' ')})`;
}

function disposition(fields: MimePart['fields']): string {
  const value = headerValue(fields, 'content-disposition');
  if (value === undefined) return 'NIL';
  const structured = parseStructured(value);
  return `(${imapString(structured.value)} ${parameters(structured)})`;
}

function language(fields: MimePart['fields']): string {
  const languages = headerValue(fields, 'content-language')?.split(',').map((tag) => tag.trim()) ?? [];
  return languages.length === 0 ? 'NIL' : `(${languages.map((tag) => imapString(tag)).join(' ')})`;
}
