import { type Clock, type CredentialSource, isMailError, type Logger, MailError } from '@signalbox/core';
import type { GraphConfig } from '../config.ts';
import { type Circumstances, networkToMailError, refusalToMailError } from '../errors.ts';
import type { Call } from './call.ts';
import { Exchange } from './exchange.ts';
import type { Entry, Governor } from './governor.ts';
import { claimsChallengeOf, describeError, LARGEST_ERROR, parseErrorBody } from './refusal.ts';
import type { LinkAbort } from './linked-abort.ts';
import type { Failure } from './repeat.ts';
import { isReading, outgoing, routeOf } from './request.ts';
import { retryAfterOf } from './retry-after.ts';
import type { Kennel } from './watchdog.ts';

/** What sending needs. */
export interface Wire {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly credentials: CredentialSource;
  readonly config: Pick<GraphConfig, 'scopes' | 'requestTimeoutMs'>;
  readonly governor: Governor;
  readonly host: string;
  /** For answers that are late. */
  readonly kennel: Kennel;
  /** Aborts on disposal. */
  readonly closed: AbortSignal;
  readonly link: LinkAbort;
}

/** `read` disposes of the exchange, or hands it on. */
export type ReadExchange<T> = (exchange: Exchange) => Promise<T>;

export interface Turn {
  /** When the caller's patience ends. */
  readonly until: number;
  /** The places for this attempt, where they are held already. */
  readonly entry?: Entry;
}

/** One request and its answer. Throws when aborted, and what keeps it from leaving at all. */
export async function attempt<T>(wire: Wire, call: Call, { until, entry }: Turn, read: ReadExchange<T>): Promise<{ readonly value: T } | Failure> {
  const { fetch, clock, config } = wire;
  using held = new DisposableStack();
  const abort = held.use(wire.link(call.request.signal));
  const { signal } = abort;
  if (entry) held.use(entry);
  const headers = await call.headers(wire.credentials, config.scopes, signal);
  if (!entry) held.use(await wire.governor.enter({ until, stream: call.stream, bytes: call.uploads, signal }));
  const dog = held.use(wire.kennel(() => abort.abort(silent(wire, call))));
  const explain = (error: unknown): unknown => (signal.aborted ? signal.reason : networkToMailError(error, circumstancesOf(wire, call, true)));
  const began = clock.now().getTime();
  try {
    const response = await fetch(call.address, { method: call.request.method, headers, signal, redirect: 'error', ...(call.body !== undefined && outgoing(call.body)) });
    logAnswer(wire, call, response, began);
    const exchange = new Exchange(response, held.move(), dog, explain);
    return response.ok ? { value: await read(exchange) } : await refusalOf(wire, call, exchange);
  } catch (error) {
    call.request.signal?.throwIfAborted();
    if (wire.closed.aborted) throw endedUnder(call, wire.closed.reason);
    const failure = networkToMailError(error, circumstancesOf(wire, call, true));
    wire.log.log('info', 'graph.request-failed', { ...aboutCall(call), code: failure.code });
    return { error: failure };
  }
}

/** Who closes the transport meanwhile hears no answer to what has left; a caller who aborts knows that. */
const endedUnder = ({ idempotent }: Call, reason: unknown): unknown =>
  !idempotent && isMailError(reason) && reason.code === 'transport.closed' ? new MailError(reason.code, reason.message, { retry: 'unknown-outcome' }) : reason;

/** After these nobody knows whether a request was carried out. */
const UNCERTAIN: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);

async function refusalOf({ clock, host }: Wire, call: Call, exchange: Exchange): Promise<Failure> {
  await using _ = exchange;
  const { response } = exchange;
  const { status, headers } = response;
  const { codes, message } = describeError(parseErrorBody(await exchange.text(LARGEST_ERROR)));
  const retryAfterMs = retryAfterOf(headers, clock.now());
  const requestId = headers.get('request-id') ?? undefined;
  const claims = claimsChallengeOf(headers);
  const refusal = { status, codes, message, ...(retryAfterMs !== undefined && { retryAfterMs }), ...(requestId !== undefined && { requestId }) };
  const error = refusalToMailError(refusal, circumstancesOf({ host }, call, UNCERTAIN.has(status)));
  return { error, status, ...(claims !== undefined && { claims }) };
}

const circumstancesOf = ({ host }: Pick<Wire, 'host'>, { request, idempotent, anonymous }: Call, uncertain: boolean): Circumstances => ({
  host,
  ...(request.names && { names: request.names }),
  anonymous,
  reading: isReading(request) && !anonymous, // an upload that asks where to go on is sending
  uncertain: uncertain && !idempotent,
});

const silent = ({ host, config }: Wire, { idempotent }: Call): MailError =>
  new MailError('timeout', `${host} was silent for ${config.requestTimeoutMs} ms.`, idempotent ? {} : { retry: 'unknown-outcome' });

const aboutCall = ({ request, address, anonymous, attempt, clientRequestId }: Call) => ({ method: request.method, route: routeOf(address, anonymous), attempt, clientRequestId });

function logAnswer({ log, clock }: Wire, call: Call, { ok, status, headers }: Response, began: number): void {
  log.log(ok ? 'debug' : 'info', 'graph.answered', { ...aboutCall(call), status, durationMs: clock.now().getTime() - began, requestId: headers.get('request-id') ?? undefined });
}
