import { type Dispatcher, errors, fetch as undiciFetch } from 'undici';
import { LeanBody } from './body.ts';
import { decodersFor, type Intake, unpacked } from './decode.ts';
import { LeanHeaders } from './headers.ts';
import type { LeanRequest } from './request.ts';
import { LeanResponse } from './response.ts';

type Fetch = typeof globalThis.fetch;

/**
 * What undici's `fetch` answers, at the cost of its `request` (docs/decisions/0013-lean-fetch.md). An abort rejects with the signal's reason, a
 * network that fails with a `TypeError` whose cause says how.
 */
export function leanFetch(request: LeanRequest, dispatcher: Dispatcher): Promise<Response> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(request, { resolve, reject });
    if (!exchange.begin()) return;
    const { url, method, headers, body } = request;
    try {
      dispatcher.dispatch({ origin: url.origin, path: pathOf(url), method, headers: headers as string[], body: body ?? null }, exchange);
    } catch (error) {
      exchange.onResponseError(undefined, error);
    }
  });
}

/** The long way, for what the short one does not know. */
export const wholeFetch = (dispatcher: Dispatcher, ...[input, init]: Parameters<Fetch>): Promise<Response> =>
  undiciFetch(input as Parameters<typeof undiciFetch>[0], { ...(init as Parameters<typeof undiciFetch>[1]), dispatcher }) as Promise<unknown> as Promise<Response>;

/** A question mark at the end is a query, though an empty one. */
const pathOf = ({ pathname, search, href, hash }: URL): string => (search === '' && href.at(-1 - hash.length) === '?' ? `${pathname}?` : pathname + search);

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Fetch Standard §2.2.3: null body statuses. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

type Asker = Pick<PromiseWithResolvers<Response>, 'resolve' | 'reject'>;

/** One request at the dispatcher. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: LeanRequest;
  /** Until it is settled: afterwards it would hold an answer that nobody else has any more. */
  #asker: Asker | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #intake: Intake | undefined;

  constructor(request: LeanRequest, asker: Asker) {
    this.#request = request;
    this.#asker = asker;
  }

  /** Whether there is anything to be asked. */
  begin(): boolean {
    const { signal } = this.#request;
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#onAbort();
    return this.#asker !== undefined;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Called off while it waited for a connection, which is as good as ever: an abort would cut it.
    if (!this.#asker) throw new errors.RequestAbortedError();
    this.#controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, fields: Record<string, string | string[] | undefined>, statusText = ''): void {
    if (status < 200 || !this.#asker) return;
    const { url, refusesRedirects } = this.#request;
    if (refusesRedirects && REDIRECTS.has(status)) {
      this.#fail('fetch failed', new Error('unexpected redirect'));
      return controller.abort(new errors.RequestAbortedError());
    }
    const headers = new LeanHeaders(fields);
    const body = this.#receive(controller, status, headers.get('content-encoding'));
    this.#asker.resolve(new LeanResponse({ status, statusText, headers, url }, body));
    this.#asker = undefined;
  }

  onResponseData(_: unknown, chunk: Uint8Array): void {
    this.#intake?.push(chunk);
  }

  onResponseEnd(): void {
    this.#release();
    this.#intake?.end();
  }

  onResponseError(_: unknown, error: unknown): void {
    this.#fail(this.#asker ? 'fetch failed' : 'terminated', error);
  }

  /** Where the octets of the answer go; `null` where there are none. */
  #receive(controller: Dispatcher.DispatchController, status: number, encoding: string | null): LeanBody | null {
    if (this.#request.method === 'HEAD' || WITHOUT_BODY.has(status)) return null;
    const decoders = encoding === null ? undefined : decodersFor(encoding);
    const body = new LeanBody(controller);
    const received = decoders ? unpacked(decoders, controller, (cause) => new TypeError('terminated', { cause })) : { body, intake: body };
    this.#intake = received.intake;
    return received.body;
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#request.signal?.reason;
    this.#settle(reason);
    this.#controller?.abort(reason instanceof Error ? reason : new errors.RequestAbortedError());
  };

  #fail(message: string, cause: unknown): void {
    this.#settle(new TypeError(message, { cause }));
  }

  #settle(reason: unknown): void {
    this.#release();
    this.#intake?.fail(reason);
    this.#asker?.reject(reason);
    this.#asker = undefined;
  }

  #release(): void {
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
  }
}
