import { type Context, context, isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';

/** How a trace goes on in another process, or in another life of this one (W3C Trace Context §3.2). Nothing where nobody traces. */
export function traceparentOf(span: SpanContext): string | undefined {
  return isSpanContextValid(span) ? `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 0xff).toString(16).padStart(2, '0')}` : undefined;
}

/** `undefined` for what is none. A later version may carry more, and begins like this one. */
export function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  const [, version, traceId, spanId, flags] = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined || version === 'ff') return undefined;
  const found = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(found) ? found : undefined;
}

/** Goes on from it; with what is active here where there is none. */
export function contextFrom(traceparent: string | undefined): Context {
  const remote = spanContextOf(traceparent);
  return remote ? trace.setSpanContext(context.active(), remote) : context.active();
}
