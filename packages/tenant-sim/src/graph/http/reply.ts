import type { GraphError } from './graph-error.ts';

/** What a resource answers; `json` and `bytes` are never both there. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: Buffer;
  /** Of `bytes`. */
  readonly contentType?: string;
}

export const ok = (json: unknown): Reply => ({ status: 200, json });
export const created = (json: unknown, location?: string): Reply => ({ status: 201, json, ...(location !== undefined && { headers: { Location: location } }) });
export const accepted: Reply = { status: 202 };
export const noContent: Reply = { status: 204 };
export const plain = (text: string | Buffer, contentType = 'text/plain'): Reply => ({ status: 200, bytes: Buffer.from(text), contentType });

/** FACTS.md E13. */
export function errorReply({ status, code, message, headers, inner }: GraphError, now: Date, { requestId, clientRequestId }: { readonly requestId: string; readonly clientRequestId: string }): Reply {
  return { status, headers, json: { error: { code, message, innerError: { ...inner, date: now.toISOString().slice(0, 19), 'request-id': requestId, 'client-request-id': clientRequestId } } } };
}
