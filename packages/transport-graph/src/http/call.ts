import { randomUUID } from 'node:crypto';
import type { Credential, CredentialSource } from '@signalbox/core';
import { bodyOf, type GraphRequest, isIdempotent, preferOf, type RequestBody } from './request.ts';
import type { Failure, Tries } from './repeat.ts';
import { VERSION } from '../version.ts';

const USER_AGENT = `signalbox-transport-graph/${VERSION}`;

/** One request over all its attempts. */
export class Call {
  readonly request: GraphRequest;
  readonly address: string;
  /** The answer is read at the caller's pace. */
  readonly stream: boolean;
  readonly idempotent: boolean;
  readonly anonymous: boolean;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
  readonly uploads: number;
  attempt = 1;
  readonly tries: Tries = { throttled: 0, transient: 0 };
  /** New for every attempt: a support request names one of them (FACTS.md F). */
  clientRequestId = '';
  readonly #bodyHeaders: Readonly<Record<string, string>> | undefined;
  #fresh = false;
  #credential: Credential | undefined;
  #refused: { readonly rejected: Credential; readonly claims?: string } | undefined;

  constructor(request: GraphRequest, address: string, stream: boolean) {
    this.request = request;
    this.address = address;
    this.stream = stream;
    this.idempotent = isIdempotent(request);
    this.anonymous = request.anonymous ?? false;
    const { body, headers } = bodyOf(request.body);
    this.body = body;
    this.#bodyHeaders = headers;
    this.uploads = octetsOf(request.body, body);
  }

  /** Asks for a credential anew each time; none is kept beyond its request. */
  async headers(credentials: CredentialSource, scopes: readonly string[], signal: AbortSignal | undefined): Promise<Record<string, string>> {
    this.clientRequestId = randomUUID();
    const common = {
      'user-agent': USER_AGENT,
      'client-request-id': this.clientRequestId,
      'return-client-request-id': 'true',
      ...this.#bodyHeaders,
      ...this.request.headers,
      ...(this.#fresh && { connection: 'close' }),
    };
    if (this.anonymous) return common;
    this.#credential = await credentials.getCredential({ accept: ['bearer'], scopes, ...(signal && { signal }), ...this.#refused });
    return { accept: 'application/json', ...common, prefer: preferOf(this.request.prefer), authorization: bearer(this.#credential) };
  }

  get handedBack(): boolean {
    return this.#refused !== undefined;
  }

  /** A refused credential is handed back once, with the challenge where there is one; then the refusal is the caller's. */
  handsBack({ error, claims }: Failure): boolean {
    if (error.code !== 'auth.rejected' || this.#refused || !this.#credential) return false;
    this.#refused = { rejected: this.#credential, ...(claims !== undefined && { claims }) };
    return true;
  }

  repeats(fresh: boolean): void {
    this.attempt += 1;
    this.#fresh ||= fresh;
  }
}

const bearer = (credential: Credential): string => `Bearer ${credential.kind === 'bearer' ? credential.token.reveal() : ''}`;

function octetsOf(given: RequestBody | undefined, body: Call['body']): number {
  if (!given) return 0;
  if ('bytes' in given && typeof given.bytes !== 'string') return given.bytes.byteLength;
  return typeof body === 'string' ? body.length : 0;
}
