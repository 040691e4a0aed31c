import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { type Clock, MailError } from '@signalbox/core';
import { anySignal } from '@signalbox/kit';

/** An answer of the token service, as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where the answer was no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly isJson: boolean;
}

export interface ExchangeOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Answers to discovery, which hold for as long as the provider is open. */
  readonly discovered: Map<string, WireAnswer>;
}

/**
 * MSAL's way to the network, for one request. It remembers what really happened: MSAL keeps causes, `Retry-After` and
 * half of Entra's error object to itself (FACTS.md B5), and tells times by the machine's clock instead of the host's.
 */
export interface Exchange extends INetworkModule {
  readonly answer: WireAnswer | undefined;
  /** What kept an answer from coming. */
  readonly failure: unknown;
  /** A request of our own, by the same rules. Throws what kept the answer from coming. */
  send(method: 'GET' | 'POST', url: string, options?: NetworkRequestOptions): Promise<WireAnswer>;
}

/** MSAL sets no limit to a POST (FACTS.md B5). */
export const TIMEOUT_MS = 30_000;

export function createExchange({ fetch, clock, signal, discovered }: ExchangeOptions): Exchange {
  let answer: WireAnswer | undefined;
  let failure: unknown;
  const send = async (method: 'GET' | 'POST', url: string, { headers, body }: NetworkRequestOptions = {}): Promise<WireAnswer> => {
    answer = undefined;
    failure = undefined;
    try {
      answer = await withTimeout(clock, signal, async (limit) => {
        // A redirect would carry the credential elsewhere.
        const response = await fetch(url, { method, redirect: 'error', signal: limit, ...(headers && { headers }), ...(body !== undefined && { body }) });
        return readAnswer(response);
      });
      return answer;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const toMsal = <T>({ status, headers, body }: WireAnswer): NetworkResponse<T> => ({ status, headers: { ...headers }, body: { ...body } as T });
  return {
    get answer() {
      return answer;
    },
    get failure() {
      return failure;
    },
    send,
    async sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions) {
      const known = discovered.get(url);
      if (known) return toMsal<T>(known);
      const got = await send('GET', url, options);
      if (got.status === 200 && url.includes('/.well-known/')) discovered.set(url, got);
      return toMsal<T>(got);
    },
    sendPostRequestAsync: async <T>(url: string, options?: NetworkRequestOptions) => toMsal<T>(await send('POST', url, options)),
  };
}

/** Tokens and metadata have some thousand octets. What sends more is something else in their place, and would fill the memory. */
const LARGEST_ANSWER = 1_024 * 1_024;

async function textOf({ body, status }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, octets] = ['', 0];
  for await (const chunk of body ?? []) {
    octets += chunk.byteLength;
    if (octets > LARGEST_ANSWER) {
      throw new MailError('protocol.violation', 'Something else answers in the place of Microsoft Entra, with more than it ever says.', {
        remedy: { who: 'operator', action: 'fix-config', text: `See what answers in the place of Microsoft Entra with status ${status}, and correct "authority" or the proxy.` },
      });
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

async function readAnswer(response: Response): Promise<WireAnswer> {
  const text = await textOf(response);
  const parsed = parseObject(text);
  return { status: response.status, headers: Object.fromEntries(response.headers), body: parsed ?? {}, isJson: parsed !== undefined };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

async function withTimeout<T>(clock: Clock, signal: AbortSignal | undefined, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const late = new AbortController();
  const over = new AbortController();
  const expire = async (): Promise<void> => {
    await clock.sleep(TIMEOUT_MS, over.signal);
    late.abort(new MailError('timeout', `Microsoft Entra has not answered for ${TIMEOUT_MS / 1_000} seconds.`));
  };
  expire().catch(() => {}); // the answer came first
  try {
    return await work(anySignal(signal, late.signal) ?? late.signal);
  } catch (error) {
    signal?.throwIfAborted();
    late.signal.throwIfAborted();
    throw error;
  } finally {
    over.abort();
  }
}
