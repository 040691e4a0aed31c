import { bodyOffset, type HeaderField, parseHeaders } from './headers.ts';

const CRLF = '\r\n';

/** A message with these fields left out, and others put before the rest; the body is not touched. */
export function editHeaders(raw: Buffer, { remove = [], add = [] }: { readonly remove?: readonly string[]; readonly add?: readonly string[] }): Buffer {
  const offset = bodyOffset(raw);
  const names = new Set(remove.map((name) => name.toLowerCase()));
  const fields = parseHeaders(raw.subarray(0, offset));
  if (add.length === 0 && !fields.some(({ name }) => names.has(name.toLowerCase()))) return raw;
  const kept = fields.filter(({ name }) => !names.has(name.toLowerCase())).map((field) => field.raw);
  return Buffer.concat([...add.map((line) => Buffer.from(`${line}${CRLF}`, 'latin1')), ...kept, endOfHeader(raw, offset, fields), raw.subarray(offset)]);
}

/** The empty line, or one made up where a message has no body. */
function endOfHeader(raw: Buffer, offset: number, fields: readonly HeaderField[]): Buffer {
  const last = fields.at(-1);
  if (raw[offset - 1] !== 10 || (last && last.raw.byteOffset + last.raw.byteLength === raw.byteOffset + offset)) return Buffer.from(CRLF);
  return raw[offset - 2] === 13 ? Buffer.from(CRLF) : Buffer.from('\n');
}
