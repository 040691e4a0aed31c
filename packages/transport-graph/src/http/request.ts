import { MailError } from '@signalbox/core';

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below the mailbox, such as `/messages`, each segment encoded; or an absolute address the server has given, taken as it is. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** RFC 7240 preferences beside the immutable ids that every request asks for. */
  readonly prefer?: string;
  readonly body?: RequestBody;
  /** What a 404 means here: the message, folder or mailbox the path names. Default: `message`. */
  readonly names?: 'message' | 'folder' | 'mailbox';
  /**
   * May be carried out twice. Default: everything but POST. What may not is repeated only when it was certainly not carried out (401, 429, no
   * connection); any other failure has `retry: 'unknown-outcome'`.
   */
  readonly idempotent?: boolean;
  /** For addresses that carry their own proof, such as those of upload sessions: no token is sent, and they are never logged. */
  readonly anonymous?: boolean;
  /** How long to wait for a server that wants less, where it differs from the configuration. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export type RequestBody = { readonly json: unknown } | { readonly bytes: Uint8Array<ArrayBuffer> | string; readonly type: string };

/** Ids are case-sensitive and end in `=` (FACTS.md E9). */
export const segment = (id: string): string => encodeURIComponent(id);

/** The address, as Graph's documentation writes it: `$select` and its like keep their dollar. */
export function addressOf(base: string, { path, query }: Pick<GraphRequest, 'path' | 'query'>): string {
  const url = path.startsWith('https://') ? path : `${base}${path}`;
  if (!query) return url;
  const options = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return options.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${options.join('&')}`;
}

/** Answers lead to further requests (`@odata.nextLink`); a token goes to no other server than the configured one. */
export function refuseForeign(address: string, origin: string): void {
  if (address.startsWith(`${origin}/`)) return;
  throw new MailError('protocol.violation', `${origin} leads to another server, and no token goes there.`);
}

const IMMUTABLE = 'IdType="ImmutableId"';

/** Must be on every request, or ids change when a message moves (FACTS.md E9). */
export const preferOf = (prefer: string | undefined): string => (prefer === undefined ? IMMUTABLE : `${IMMUTABLE}, ${prefer}`);

export function bodyOf(body: RequestBody | undefined): { readonly body?: string | Uint8Array<ArrayBuffer>; readonly headers?: Readonly<Record<string, string>> } {
  if (!body) return {};
  if ('json' in body) return { body: JSON.stringify(body.json), headers: { 'content-type': 'application/json' } };
  const { bytes, type } = body;
  return { body: bytes, headers: { 'content-type': type, ...(typeof bytes !== 'string' && { 'content-length': String(bytes.byteLength) }) } };
}

const CHUNK = 64 * 1_024;

/**
 * What `fetch` is given. It copies octets that it gets as a whole, and copies of pieces of 4 MB lie about until there are 64 MB of them;
 * those that it asks for bit by bit go to the socket as they are.
 */
export function outgoing(body: string | Uint8Array<ArrayBuffer>): Pick<RequestInit, 'body' | 'duplex'> {
  if (typeof body === 'string' || body.byteLength <= CHUNK) return { body };
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(body.subarray(at, at + CHUNK));
      at += CHUNK;
      if (at >= body.byteLength) controller.close();
    },
  });
  return { body: stream, duplex: 'half' };
}

export const isIdempotent = ({ method, idempotent }: Pick<GraphRequest, 'method' | 'idempotent'>): boolean => idempotent ?? method !== 'POST';

/** Changes nothing; a batch as a whole does nothing either, its items answer for themselves. */
export const isReading = ({ method, path }: Pick<GraphRequest, 'method' | 'path'>): boolean => method === 'GET' || path.endsWith('/$batch');

/** For logs: neither queries (positions, Message-IDs) nor addresses that carry their own proof. */
export const routeOf = (address: string, anonymous: boolean): string => (anonymous ? new URL(address).origin : (address.split('?', 1)[0] ?? address));
