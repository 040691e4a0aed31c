import { unreadableQuery } from '../http/graph-error.ts';
import { type Token, tokenize } from './tokens.ts';

export type Literal = string | number | boolean | null | Date;
export type Operator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
export type TextFunction = 'startswith' | 'endswith' | 'contains';

/** A `$filter`, as far as the mail documentation shows it: comparisons, and/or/not, text functions, any(). */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly of: Filter }
  | { readonly kind: 'compare'; readonly path: string; readonly operator: Operator; readonly value: Literal }
  | { readonly kind: 'text'; readonly function: TextFunction; readonly path: string; readonly value: string }
  | { readonly kind: 'any'; readonly path: string; readonly variable: string; readonly where?: Filter };

const OPERATORS = new Set<string>(['eq', 'ne', 'gt', 'ge', 'lt', 'le']);
const FUNCTIONS = new Set<string>(['startswith', 'endswith', 'contains']);

export const parseFilter = (text: string): Filter => new FilterParser(text).parse();

/** The properties a filter names, in the order in which it does; Graph's rule about `$orderby` goes by it. */
export function propertiesOf(filter: Filter): readonly string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...new Set([...propertiesOf(filter.left), ...propertiesOf(filter.right)])];
    case 'not':
      return propertiesOf(filter.of);
    default:
      return [filter.path];
  }
}

class FilterParser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  parse(): Filter {
    const filter = this.#or();
    if (this.#at < this.#tokens.length) throw this.#unreadable();
    return filter;
  }

  #or(): Filter {
    let left = this.#and();
    while (this.#takeWord('or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Filter {
    let left = this.#unary();
    while (this.#takeWord('and')) left = { kind: 'and', left, right: this.#unary() };
    return left;
  }

  #unary(): Filter {
    if (this.#takeWord('not')) return { kind: 'not', of: this.#unary() };
    if (!this.#takeSymbol('(')) return this.#condition();
    const inner = this.#or();
    this.#needSymbol(')');
    return inner;
  }

  #condition(): Filter {
    const path = this.#path();
    const name = path.toLowerCase();
    if (FUNCTIONS.has(name) && this.#takeSymbol('(')) return this.#textFunction(name as TextFunction);
    if (name.endsWith('/any') && this.#takeSymbol('(')) return this.#any(path.slice(0, -'/any'.length));
    const operator = this.#takeOperator();
    return operator ? { kind: 'compare', path, operator, value: this.#literal() } : { kind: 'compare', path, operator: 'eq', value: true };
  }

  /** `contains(a,'x')`, or the same compared with true or false. */
  #textFunction(name: TextFunction): Filter {
    const path = this.#path();
    this.#needSymbol(',');
    const value = this.#literal();
    this.#needSymbol(')');
    const filter: Filter = { kind: 'text', function: name, path, value: String(value) };
    const operator = this.#takeOperator();
    if (!operator) return filter;
    return (operator === 'eq') === (this.#literal() === true) ? filter : { kind: 'not', of: filter };
  }

  #any(path: string): Filter {
    if (this.#takeSymbol(')')) return { kind: 'any', path, variable: '' };
    const variable = this.#path();
    this.#needSymbol(':');
    const where = this.#or();
    this.#needSymbol(')');
    return { kind: 'any', path, variable, where };
  }

  #path(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word') throw this.#unreadable();
    this.#at += 1;
    return token.text;
  }

  #literal(): Literal {
    const token = this.#tokens[this.#at];
    if (!token || token.kind === 'symbol') throw this.#unreadable();
    this.#at += 1;
    if (token.kind === 'string') return token.text;
    const value = valueOf(token.text);
    if (value === undefined) throw this.#unreadable();
    return value;
  }

  #takeOperator(): Operator | undefined {
    const token = this.#tokens[this.#at];
    const name = token?.text.toLowerCase() ?? '';
    if (token?.kind !== 'word' || !OPERATORS.has(name)) return undefined;
    this.#at += 1;
    return name as Operator;
  }

  #takeWord(word: string): boolean {
    return this.#take((token) => token.kind === 'word' && token.text.toLowerCase() === word);
  }

  #takeSymbol(symbol: string): boolean {
    return this.#take((token) => token.kind === 'symbol' && token.text === symbol);
  }

  #needSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw this.#unreadable();
  }

  #take(wanted: (token: Token) => boolean): boolean {
    const token = this.#tokens[this.#at];
    if (!token || !wanted(token)) return false;
    this.#at += 1;
    return true;
  }

  #unreadable(): Error {
    const at = this.#tokens[this.#at]?.at ?? this.#text.length;
    return unreadableQuery(`Syntax error at position ${at} in '${this.#text}'.`);
  }
}

/** An unquoted literal: true, false, null, a number, a date with or without its time. */
function valueOf(text: string): Literal | undefined {
  const constant = { true: true, false: false, null: null }[text.toLowerCase()];
  if (constant !== undefined) return constant;
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  const date = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/i.exec(text);
  if (!date) return undefined;
  const instant = new Date(date[1] !== undefined && date[2] === undefined ? `${text}Z` : text);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
