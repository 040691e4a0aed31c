import { Agent, request } from 'undici';
import type { ControlFailure, ControlProblem } from './contract.ts';

export interface ControlAddress {
  /** As the tenant printed it when it started. */
  readonly url: string;
  readonly secret: string;
  /** PEM of the tenant's authority. */
  readonly ca: string;
}

/** The control endpoint did not do what it was asked. */
export class ControlError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: readonly ControlProblem[];

  constructor(status: number, { code, message, problems }: ControlFailure['error']) {
    super([message, ...problems.map(({ place, field, message, remedy }) => `${place} ${field}: ${message}. ${remedy}`)].join('\n'));
    this.name = 'ControlError';
    this.status = status;
    this.code = code;
    this.problems = problems;
  }
}

export interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export interface Caller extends AsyncDisposable {
  readonly call: <T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: CallOptions) => Promise<T>;
}

/** The tenant is on the same machine, which may be busy with what is being tested. */
const CONNECT_MS = 60_000;

export function createCaller({ url, secret, ca }: ControlAddress): Caller {
  const dispatcher = new Agent({ connect: { ca, timeout: CONNECT_MS }, bodyTimeout: 0, headersTimeout: 0 });
  return {
    async call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, { query = {}, body, signal }: CallOptions = {}): Promise<T> {
      const target = new URL(path, url);
      for (const [name, value] of Object.entries(query)) if (value !== undefined) target.searchParams.set(name, String(value));
      const answer = await request(target, {
        method,
        dispatcher,
        headers: { authorization: `Bearer ${secret}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
      const text = await answer.body.text();
      const value = text === '' ? undefined : (JSON.parse(text) as unknown);
      if (answer.statusCode >= 400) throw new ControlError(answer.statusCode, (value as ControlFailure).error);
      return value as T;
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}
