import type { Dispatcher } from 'undici';

/** A request as undici's dispatcher takes it. */
export interface LeanRequest {
  readonly url: URL;
  readonly method: Dispatcher.HttpMethod;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Dispatcher.DispatchOptions['body'];
  readonly signal: AbortSignal | undefined;
  readonly refusesRedirects: boolean;
  /** It asks for a connection of its own. */
  readonly closes: boolean;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Whatever else is asked for (integrity, credentials, caches) is asked of undici's own `fetch`. */
const UNDERSTOOD: ReadonlySet<string> = new Set(['method', 'headers', 'body', 'signal', 'redirect', 'duplex']);

/**
 * `undefined` for what goes the long way over undici's own `fetch`: what is asked for seldom, such as redirects that are followed, and what it
 * refuses, in words that are its own. Nothing is changed by looking.
 */
export function leanRequestOf(input: unknown, init: RequestInit = {}): LeanRequest | undefined {
  const { method = 'GET', signal, redirect, body, duplex } = init;
  const url = urlOf(input);
  if (!url || !METHODS.has(method) || (redirect !== 'error' && redirect !== 'manual') || !isUnderstood(init)) return undefined;
  if (signal && !(signal instanceof AbortSignal)) return undefined;
  const fields = fieldsOf(init.headers);
  const content = contentOf(body, duplex);
  if (!fields || !content || (content.body !== null && (method === 'GET' || method === 'HEAD'))) return undefined;
  return {
    url,
    method,
    headers: withDefaults(fields, content.type, url),
    body: content.body,
    signal: signal ?? undefined,
    refusesRedirects: redirect === 'error',
    closes: fields.get('connection')?.toLowerCase() === 'close',
  };
}

function urlOf(input: unknown): URL | undefined {
  const url = typeof input === 'string' ? URL.parse(input) : input instanceof URL ? input : undefined;
  return url && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '' ? url : undefined;
}

function isUnderstood(init: RequestInit): boolean {
  for (const name in init) if (!UNDERSTOOD.has(name)) return false;
  return true;
}

/** RFC 9110 §5.6.2 and §5.5; what `fetch` would trim or refuse is left to it. */
const NAME = /^[!#$%&'*+\-.^_`|~\da-z]+$/;
const VALUE = /^[\u0021-\u007E\u0080-\u00FF](?:[\t\u0020-\u007E\u0080-\u00FF]*[\u0021-\u007E\u0080-\u00FF])?$/;

/** By names in small letters. `undefined` where a name stands twice, which `fetch` joins, or a value is not one. */
function fieldsOf(headers: RequestInit['headers']): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  if (!headers) return fields;
  const pairs = Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers);
  for (const pair of pairs) {
    if (!Array.isArray(pair)) return undefined;
    const [name, value]: readonly unknown[] = pair;
    if (typeof name !== 'string' || typeof value !== 'string' || pair.length !== 2) return undefined;
    const field = name.toLowerCase();
    if (fields.has(field) || !NAME.test(field) || !VALUE.test(value)) return undefined;
    fields.set(field, value);
  }
  return fields;
}

interface Content {
  readonly body: Dispatcher.DispatchOptions['body'];
  readonly type?: string;
}

const NOTHING: Content = { body: null };

/** `undefined` for what `fetch` has to put together. Octets are not copied: until the answer is there they are the request's. */
function contentOf(body: RequestInit['body'], duplex: RequestInit['duplex']): Content | undefined {
  if (body === undefined || body === null) return NOTHING;
  if (typeof body === 'string') return { body, type: 'text/plain;charset=UTF-8' };
  if (body instanceof Uint8Array) return { body };
  if (body instanceof URLSearchParams) return { body: body.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  const isStream = typeof body === 'object' && Symbol.asyncIterator in body && duplex === 'half';
  // An async iterable is taken by the dispatcher, of which its types say nothing.
  return isStream && !(body instanceof ReadableStream && body.locked) ? { body: body as unknown as NonNullable<Content['body']> } : undefined;
}

/** What `fetch` adds; but for what a browser tells of its pages, which means nothing to a server of mail or tokens. */
function withDefaults(fields: Map<string, string>, type: string | undefined, { protocol }: URL): readonly string[] {
  const headers: string[] = [];
  for (const [name, value] of fields) headers.push(name, value);
  const addTo = (name: string, value: string): void => void (fields.has(name) || headers.push(name, value));
  if (type !== undefined) addTo('content-type', type);
  addTo('accept', '*/*');
  addTo('user-agent', 'undici');
  addTo('accept-encoding', fields.has('range') ? 'identity' : protocol === 'https:' ? 'br, gzip, deflate' : 'gzip, deflate');
  return headers;
}
