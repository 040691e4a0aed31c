import { Headers as WholeHeaders } from 'undici';

type Names = Readonly<Record<string, string | string[] | undefined>>;

/** The header of an answer as undici has parsed it; whoever wants more than single values gets it from real ones, made when first asked for. */
export class LeanHeaders implements Headers {
  readonly #fields: Names;
  #made: WholeHeaders | undefined;

  constructor(fields: Names) {
    this.#fields = fields;
  }

  get(name: string): string | null {
    const field = name.toLowerCase();
    if (!Object.hasOwn(this.#fields, field)) return null;
    const value = this.#fields[field];
    return typeof value === 'string' ? value : (value?.join(', ') ?? null);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name.toLowerCase());
  }

  getSetCookie(): string[] {
    return this.#whole.getSetCookie();
  }

  forEach(callback: (value: string, key: string, headers: Headers) => void, thisArg?: unknown): void {
    for (const [name, value] of this) callback.call(thisArg, value, name, this);
  }

  keys(): ReturnType<Headers['keys']> {
    return this.#whole.keys();
  }

  values(): ReturnType<Headers['values']> {
    return this.#whole.values();
  }

  entries(): ReturnType<Headers['entries']> {
    return this.#whole.entries();
  }

  [Symbol.iterator](): ReturnType<Headers['entries']> {
    return this.entries();
  }

  append(): never {
    throw immutable();
  }

  delete(): never {
    throw immutable();
  }

  set(): never {
    throw immutable();
  }

  get [Symbol.toStringTag](): string {
    return 'Headers';
  }

  get #whole(): WholeHeaders {
    if (this.#made) return this.#made;
    const made = new WholeHeaders();
    for (const [name, value] of Object.entries(this.#fields)) for (const one of [value ?? []].flat()) made.append(name, one);
    return (this.#made = made);
  }
}

const immutable = (): TypeError => new TypeError('The header of an answer cannot be changed.');
