import type { RawCommand } from './command-reader.ts';

/** The client said something that the grammar has no place for. */
export class ImapSyntaxError extends Error {
  override readonly name = 'ImapSyntaxError';
}

// RFC 9051 §9: what an atom, an astring and a list pattern are made of.
const ATOM = /[!#$&'+-[^-z|}~]+/y;
const ASTRING = /[!#$&'+-[\]^-z|}~]+/y;
const PATTERN = /[!#-'*-[\]^-z|}~]+/y;
const QUOTED = /"((?:[^"\\\r\n]|\\["\\])*)"/y;
const NUMBER = /\d+/y;
const LITERAL = /\{(\d+)\+?\}\r?\n/y;
const SEQUENCE_SET = /(?:\d+|\*)(?::(?:\d+|\*))?(?:,(?:\d+|\*)(?::(?:\d+|\*))?)*/y;
const FLAG = /\\?[!#$&'+-[^-z|}~]+/y;

/** Reads a command from left to right; each method takes one thing, or throws. */
export class Parser {
  readonly #text: string;
  readonly #literals: readonly Buffer[];
  #at = 0;
  #literal = 0;

  constructor({ text, literals }: RawCommand) {
    this.#text = text;
    this.#literals = literals;
  }

  /** What is left, for looking at. */
  get rest(): string {
    return this.#text.slice(this.#at);
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  end(): void {
    if (!this.atEnd) throw new ImapSyntaxError('There is more than the command takes.');
  }

  space(): void {
    this.expect(' ');
  }

  expect(text: string): void {
    if (!this.skip(text)) throw new ImapSyntaxError(`"${text}" is missing.`);
  }

  /** Takes this text if it comes next, whatever its case. */
  skip(text: string): boolean {
    if (this.#text.slice(this.#at, this.#at + text.length).toUpperCase() !== text.toUpperCase()) return false;
    this.#at += text.length;
    return true;
  }

  atom(): string {
    return this.#match(ATOM)[0];
  }

  flag(): string {
    return this.#match(FLAG)[0];
  }

  number(): number {
    const number = Number(this.#match(NUMBER)[0]);
    if (number > 0xff_ff_ff_ff) throw new ImapSyntaxError('The number is too large.');
    return number;
  }

  sequenceSet(): string {
    return this.#match(SEQUENCE_SET)[0];
  }

  /** Quoted or literal. */
  string(): string {
    return this.#text[this.#at] === '"' ? this.#match(QUOTED)[1]!.replaceAll(/\\(.)/g, '$1') : this.literal().toString('latin1');
  }

  astring(): string {
    return this.#startsString() ? this.string() : this.#match(ASTRING)[0];
  }

  /** What LIST and LSUB take: an astring that may hold wildcards. */
  listPattern(): string {
    return this.#startsString() ? this.string() : this.#match(PATTERN)[0];
  }

  literal(): Buffer {
    this.#match(LITERAL);
    const bytes = this.#literals[this.#literal];
    if (!bytes) throw new ImapSyntaxError('The literal is missing.');
    this.#literal += 1;
    return bytes;
  }

  get startsLiteral(): boolean {
    return this.#text[this.#at] === '{';
  }

  /** `(item item item)`, also an empty one. */
  list<T>(item: () => T): readonly T[] {
    this.expect('(');
    const items: T[] = [];
    if (this.skip(')')) return items;
    do items.push(item());
    while (this.skip(' '));
    this.expect(')');
    return items;
  }

  #startsString(): boolean {
    return this.#text[this.#at] === '"' || this.startsLiteral;
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) throw new ImapSyntaxError(`Something else was expected at octet ${this.#at}.`);
    this.#at = pattern.lastIndex;
    return found;
  }
}
