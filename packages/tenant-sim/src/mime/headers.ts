/** One field of a header block, as it stands there. */
export interface HeaderField {
  readonly name: string;
  /** Unfolded (RFC 5322 §2.2.3), without the space after the colon. One character per octet. */
  readonly value: string;
  /** The whole field with its line ends, byte for byte. */
  readonly raw: Buffer;
}

const [CR, LF] = [13, 10];

/** Most fields are never asked for their octets, and there are very many of them. */
class Field implements HeaderField {
  readonly name: string;
  readonly value: string;
  readonly #block: Buffer;
  readonly #start: number;
  readonly #end: number;

  constructor(name: string, value: string, block: Buffer, start: number, end: number) {
    this.name = name;
    this.value = value;
    this.#block = block;
    this.#start = start;
    this.#end = end;
  }

  get raw(): Buffer {
    return this.#block.subarray(this.#start, this.#end);
  }
}

/** Where the body begins: behind the first empty line, or at the end. Lines may end in LF alone. */
export function bodyOffset(bytes: Buffer, from = 0, to = bytes.byteLength): number {
  for (let start = from; start < to; ) {
    const at = bytes.indexOf(LF, start);
    const end = at === -1 || at >= to ? to : at + 1;
    const isEmpty = end - start <= 2 && (bytes[start] === LF || (bytes[start] === CR && bytes[start + 1] === LF));
    if (isEmpty) return end;
    start = end;
  }
  return to;
}

/** The fields of a header block in their order. A line that is none is part of the field before it, or of none. */
export function parseHeaders(block: Buffer): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  for (let start = 0; start < block.byteLength; ) {
    let end = endOfLine(block, start);
    while (end < block.byteLength && (block[end] === 32 || block[end] === 9)) end = endOfLine(block, end);
    const text = block.toString('latin1', start, end);
    const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/s.exec(text) ?? [];
    if (name !== undefined && value !== undefined) fields.push(new Field(name, value.replaceAll(/\r?\n(?=[ \t])/g, '').replace(/\r?\n$/, '').trim(), block, start, end));
    start = end;
  }
  return fields;
}

function endOfLine(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(LF, from);
  return at === -1 ? bytes.byteLength : at + 1;
}

export const headerValue = (fields: readonly HeaderField[], name: string): string | undefined => fields.find((field) => field.name.toLowerCase() === name)?.value;

/** Header text may hold raw UTF-8 (RFC 6532), or octets of an older charset that nobody names. */
export function headerText(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
