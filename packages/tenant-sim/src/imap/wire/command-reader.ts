import type { ByteReader } from './byte-reader.ts';

/** One command as it came: `{n}` and its line end stay in the text, what followed them is in `literals`. One character per octet. */
export interface RawCommand {
  readonly text: string;
  readonly literals: readonly Buffer[];
}

export interface CommandReaderOptions {
  /** Octets of a command without its literals (FACTS.md C5). */
  readonly maxCommand: number;
  /** Octets of one literal. */
  readonly maxLiteral: number;
  /** Asks the client to go on. */
  continue(): Promise<void>;
}

/** What is no command at all; the tag is told where one can be read. */
export class UnreadableCommand extends Error {
  override readonly name = 'UnreadableCommand';
  readonly tag: string;
  readonly reason: 'too-long' | 'literal-too-large';

  constructor(reason: 'too-long' | 'literal-too-large', tag: string) {
    super(reason);
    this.reason = reason;
    this.tag = tag;
  }
}

const LITERAL = /\{(\d{1,10})(\+?)\}\r?\n$/;
/** Tokens are longer than commands may be. */
const SIGN_IN = /^\S+ AUTHENTICATE /i;
const LONGEST_SIGN_IN = 65_536;

/** Reads a command with its literals, synchronising ones and others (RFC 9051 §4.3, RFC 7888). */
export async function readCommand(reader: ByteReader, options: CommandReaderOptions): Promise<RawCommand> {
  const literals: Buffer[] = [];
  let text = '';
  for (;;) {
    const line = await reader.line(LONGEST_SIGN_IN);
    const tag = (text || (line?.toString('latin1') ?? '')).split(' ', 1)[0] ?? '*';
    if (!line) throw new UnreadableCommand('too-long', text === '' ? '*' : tag);
    text += line.toString('latin1');
    if (text.length > options.maxCommand && !SIGN_IN.test(text)) throw new UnreadableCommand('too-long', tag);
    const [, count, plus] = LITERAL.exec(text) ?? [];
    if (count === undefined) return { text: text.replace(/\r?\n$/, ''), literals };
    const size = Number(count);
    // What is sent without asking has to be read, wanted or not.
    if (size > options.maxLiteral) {
      if (plus === '+') await skip(reader, size);
      throw new UnreadableCommand('literal-too-large', tag);
    }
    if (plus === '') await options.continue();
    literals.push(await reader.octets(size));
  }
}

async function skip(reader: ByteReader, size: number): Promise<void> {
  for (let left = size; left > 0; left -= Math.min(left, 65_536)) await reader.octets(Math.min(left, 65_536));
  await reader.line(LONGEST_SIGN_IN);
}
