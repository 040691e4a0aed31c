import { MIMEType } from 'node:util';

/** A header longer than this is none that a boundary could be taken from. */
const LONGEST_HEADER = 1024 * 1024;
/** RFC 2046 §5.1.1: a boundary has at most 70 characters, so a longer line is not looked at as a whole. */
const LONGEST_DELIMITER = 998;

/**
 * The octets of one leaf of a message as they stand in its source, by its part number (RFC 9051 §6.4.5). What is attached as a
 * message is a leaf. Yields nothing where there is no such leaf, and stops reading behind it.
 */
export async function* cutPart(source: AsyncIterable<Buffer>, id: string): AsyncGenerator<Buffer, void, undefined> {
  const walk = new Walk(id);
  let lineEnd: Buffer | undefined; // the last one belongs to the delimiter that follows
  for await (const piece of linesOf(source)) {
    const place = walk.enter(piece);
    if (place === 'behind') return;
    if (place !== 'within') continue;
    if (lineEnd) yield lineEnd;
    const octets = piece.text.length - endLength(piece.text);
    lineEnd = octets < piece.text.length ? piece.text.subarray(octets) : undefined;
    if (octets > 0) yield piece.text.subarray(0, octets);
  }
  if (lineEnd) yield lineEnd;
}

/** A line with its end, or a stretch of one that is long. */
interface LinePiece {
  readonly text: Buffer;
  readonly first: boolean;
}

async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<LinePiece, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let first = true;
  for await (const chunk of source) {
    let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let end = data.indexOf(0x0a) + 1; end > 0; end = data.indexOf(0x0a) + 1) {
      yield { text: data.subarray(0, end), first };
      data = data.subarray(end);
      first = true;
    }
    // The last octet waits: it may be the CR of a line end.
    if (data.length > LONGEST_DELIMITER + 1) {
      yield { text: data.subarray(0, -1), first };
      data = data.subarray(-1);
      first = false;
    }
    rest = data;
  }
  if (rest.length > 0) yield { text: rest, first };
}

function endLength(line: Buffer): number {
  if (line.at(-1) !== 0x0a) return 0;
  return line.at(-2) === 0x0d ? 2 : 1;
}

interface Multipart {
  readonly boundary: string;
  /** Of its parts: empty for the message itself, `2.` for its second part. */
  readonly prefix: string;
  parts: number;
}

/** Where in a message a line stands. */
class Walk {
  readonly #wanted: string;
  readonly #open: Multipart[] = [];
  /** The header of the entity that has begun; absent in a body. */
  #header: Buffer[] | undefined = [];
  #headerOctets = 0;
  #number = '';
  #within = false;

  constructor(wanted: string) {
    this.#wanted = wanted;
  }

  enter({ text, first }: LinePiece): 'within' | 'behind' | 'elsewhere' {
    if (first && this.#isDelimiter(text)) return this.#within ? 'behind' : 'elsewhere';
    if (!this.#header) return this.#within ? 'within' : 'elsewhere';
    if (first && text.length === endLength(text)) this.#begin(Buffer.concat(this.#header).toString('latin1'));
    else if ((this.#headerOctets += text.length) <= LONGEST_HEADER) this.#header.push(text);
    return 'elsewhere';
  }

  /** A body begins, of a multipart or of a leaf. */
  #begin(header: string): void {
    this.#header = undefined;
    const boundary = boundaryOf(header);
    if (boundary !== undefined) this.#open.push({ boundary, prefix: this.#number === '' ? '' : `${this.#number}.`, parts: 0 });
    else this.#within = (this.#number || '1') === this.#wanted;
  }

  /** RFC 2046 §5.1.1. The delimiter of an outer multipart ends what is still open within. */
  #isDelimiter(line: Buffer): boolean {
    if (line[0] !== 0x2d || line[1] !== 0x2d || line.length > LONGEST_DELIMITER) return false;
    const text = line.toString('latin1').trimEnd();
    const at = this.#open.findLastIndex(({ boundary }) => text === `--${boundary}` || text === `--${boundary}--`);
    const multipart = this.#open[at];
    if (!multipart) return false;
    const last = text.length > multipart.boundary.length + 2;
    this.#open.length = last ? at : at + 1;
    this.#header = last ? undefined : [];
    this.#headerOctets = 0;
    if (!last) this.#number = `${multipart.prefix}${(multipart.parts += 1)}`;
    return true;
  }
}

function boundaryOf(header: string): string | undefined {
  const value = /^content-type:((?:.*\r?\n[ \t])*.*)/im.exec(header)?.[1]?.replaceAll(/\r?\n/g, '');
  if (value === undefined) return undefined;
  try {
    const type = new MIMEType(value.trim());
    return (type.type === 'multipart' && type.params.get('boundary')) || undefined;
  } catch {
    return undefined; // unreadable: RFC 2045 §5.2 takes it for plain text
  }
}
