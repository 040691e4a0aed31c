import { randomUUID } from 'node:crypto';
import { type Dispatcher, fetch, Pool } from 'undici';
import type { TenantAddress } from '../job.ts';
import type { RequestCounter } from './counting.ts';
import { AT_ONCE } from './in-parallel.ts';

export interface CallOptions {
  readonly body?: string | Uint8Array;
  readonly type?: string;
  readonly prefer?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** For addresses that carry their own proof. */
  readonly anonymous?: boolean;
}

/** What was answered, as either way of asking has it. */
export interface Answer {
  readonly status: number;
  json(): Promise<unknown>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
  chunks(): AsyncIterable<Uint8Array>;
}

/** Bare undici on one mailbox: `request`, or `fetch`, over a pool of kept connections, with the headers that Graph's documentation asks for. */
export class GraphCaller implements RequestCounter, AsyncDisposable {
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #base: string;
  readonly #user: string;
  readonly #authorization: string;
  readonly #via: 'request' | 'fetch';
  #requests = 0;

  constructor({ baseUrl, ca, user, token }: TenantAddress, via: 'request' | 'fetch') {
    const { origin, pathname } = new URL(baseUrl);
    this.#pool = new Pool(origin, { connections: AT_ONCE, connect: { ca } });
    this.#origin = origin;
    this.#base = pathname;
    this.#user = `/users/${encodeURIComponent(user)}`;
    this.#authorization = `Bearer ${token}`;
    this.#via = via;
  }

  /** As a batch has to name the mailbox. */
  get user(): string {
    return this.#user;
  }

  /** Below the mailbox, or an address that the server has given. */
  pathOf(path: string): string {
    return path.startsWith(this.#origin) ? path.slice(this.#origin.length) : `${this.#base}${this.#user}${path}`;
  }

  async open(method: Dispatcher.HttpMethod, path: string, options: CallOptions = {}): Promise<Answer> {
    this.#requests++;
    const { body } = options;
    const wanted = { method, path: path === '/$batch' ? `${this.#base}${path}` : this.pathOf(path), headers: this.#headers(options), ...(body !== undefined && { body }) };
    const answer = await (this.#via === 'request' ? this.#request(wanted) : this.#fetch(wanted));
    if (answer.status >= 300) throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  #headers({ type, prefer, accept = 'application/json', headers, anonymous = false }: CallOptions): Readonly<Record<string, string>> {
    return {
      'user-agent': 'bench',
      'client-request-id': randomUUID(),
      'return-client-request-id': 'true',
      ...(!anonymous && { authorization: this.#authorization, accept, prefer: prefer === undefined ? IMMUTABLE : `${IMMUTABLE}, ${prefer}` }),
      ...(type !== undefined && { 'content-type': type }),
      ...headers,
    };
  }

  async #request(wanted: Wanted): Promise<Answer> {
    const { statusCode: status, body } = await this.#pool.request(wanted);
    return { status, json: () => body.json(), text: () => body.text(), arrayBuffer: () => body.arrayBuffer(), chunks: () => body as AsyncIterable<Buffer> };
  }

  async #fetch({ path, ...wanted }: Wanted): Promise<Answer> {
    const response = await fetch(`${this.#origin}${path}`, { ...wanted, dispatcher: this.#pool });
    return {
      status: response.status,
      json: () => response.json(),
      text: () => response.text(),
      arrayBuffer: () => response.arrayBuffer(),
      chunks: () => response.body as AsyncIterable<Uint8Array>,
    };
  }

  async json<T>(method: Dispatcher.HttpMethod, path: string, options?: CallOptions): Promise<T> {
    return (await (await this.open(method, path, options)).json()) as T;
  }

  async run(method: Dispatcher.HttpMethod, path: string, options?: CallOptions): Promise<void> {
    await (await this.open(method, path, options)).arrayBuffer();
  }

  readonly taken = (): number => {
    const taken = this.#requests;
    this.#requests = 0;
    return taken;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}

interface Wanted {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const IMMUTABLE = 'IdType="ImmutableId"';

export const queryOf = (options: Readonly<Record<string, string | number>>): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
