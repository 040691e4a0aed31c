import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Plugin } from '@signalbox/core';
import { codeOf } from '../failure-code.ts';
import { asAttributes } from './metrics.ts';
import type { Facts, SpanName } from './names.ts';
import { fail, type Telemetry } from './telemetry.ts';

type Fetch = typeof globalThis.fetch;

/** By which the people at the other end find a request in their own logs (FACTS.md F). */
const IDS = ['request-id', 'client-request-id', 'x-ms-request-id'] as const;

/**
 * Tells of the requests that a plugin makes: each is counted, and has a span where it belongs to one. A sweep that finds nothing has none, or a
 * thousand mailboxes that wait would be traced all day. The trace is not passed on to the server: it is another one's, and has no use for it.
 */
export const observedFetch =
  (fetch: Fetch, { kind, name }: Plugin, { start, metrics }: Pick<Telemetry, 'start' | 'metrics'>): Fetch =>
  async (input, init) => {
    const began = performance.now();
    const about = factsOf(input, init);
    const span = trace.getSpan(context.active())?.isRecording() ? start(nameOf(about['http.request.method']), { kind: SpanKind.CLIENT, facts: about }) : undefined;
    const count = (outcome: Facts): void => {
      metrics.requests.record((performance.now() - began) / 1000, asAttributes({ ...about, ...outcome }));
      if (kind === 'auth') metrics.authRequests.add(1, asAttributes({ 'signalbox.plugin': name, ...outcome }));
    };
    try {
      const response = await fetch(input, init);
      count({ 'http.response.status_code': response.status, ...(response.status >= 400 && { 'error.type': String(response.status) }) });
      if (span) tell(span, response);
      return response;
    } catch (error) {
      count({ 'error.type': codeOf(error) });
      if (span) fail(span, error);
      throw error;
    } finally {
      span?.end();
    }
  };

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** As the conventions name it. */
const nameOf = (method: unknown): SpanName => METHODS.find((each) => each === method) ?? 'HTTP';

function factsOf(input: Parameters<Fetch>[0], init: Parameters<Fetch>[1]): Facts {
  const request = typeof input === 'object' && 'method' in input ? input : undefined;
  const url = typeof input === 'string' ? input : 'href' in input ? input.href : input.url;
  return { 'http.request.method': (init?.method ?? request?.method ?? 'GET').toUpperCase(), ...(URL.canParse(url) && { 'server.address': new URL(url).hostname }) };
}

function tell(span: Span, { status, headers }: Response): void {
  span.setAttribute('http.response.status_code', status);
  for (const id of IDS) {
    const value = headers.get(id);
    if (value !== null) span.setAttribute(`http.response.header.${id}`, [value]);
  }
  if (status >= 400) span.setAttribute('error.type', String(status)).setStatus({ code: SpanStatusCode.ERROR });
}
