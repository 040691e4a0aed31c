import { type Context, context, metrics, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { codeOf } from '../failure-code.ts';
import { asAttributes, createMetrics, type Metrics } from './metrics.ts';
import type { Facts, SpanName } from './names.ts';
import { contextFrom, spanContextOf } from './traceparent.ts';

export interface SpanOptions {
  /** Absent: something of our own. */
  readonly kind?: SpanKind;
  readonly facts?: Facts;
  /** The traceparent that is gone on from. Absent: what is active. */
  readonly from?: string | undefined;
  /** Below this span of the same process. */
  readonly under?: Span | undefined;
  /** Has a trace of its own that this one has to do with. */
  readonly link?: string | undefined;
  /** When it began, in milliseconds since 1970. Absent: now. */
  readonly startTime?: number;
}

/** What is told of the work here to whoever has registered an OpenTelemetry SDK. Without one all of it does nothing. */
export interface Telemetry {
  readonly metrics: Metrics;
  start(name: SpanName, options?: SpanOptions): Span;
  /** What the work does beneath it belongs to it. A failure passes through, and is told by its code. */
  span<T>(name: SpanName, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** Counts what went wrong. */
  failed(error: unknown, direction: 'receive' | 'send'): void;
}

const SCOPE = '@signalbox/router';

/** Made with each router: instruments belong to the provider that is registered when they are made. */
export function createTelemetry(): Telemetry {
  const tracer: Tracer = trace.getTracer(SCOPE);
  const made = createMetrics(metrics.getMeter(SCOPE));
  const startIn = (name: SpanName, { kind = SpanKind.INTERNAL, facts = {}, link, startTime }: SpanOptions, parent: Context): Span => {
    const linked = spanContextOf(link);
    return tracer.startSpan(name, { kind, attributes: asAttributes(facts), ...(linked && { links: [{ context: linked }] }), ...(startTime !== undefined && { startTime }) }, parent);
  };
  const parentOf = ({ from, under }: SpanOptions): Context => (under ? trace.setSpan(context.active(), under) : contextFrom(from));
  return {
    metrics: made,
    start: (name, options = {}) => startIn(name, options, parentOf(options)),
    async span(name, options, work) {
      const parent = parentOf(options);
      const span = startIn(name, options, parent);
      try {
        return await context.with(trace.setSpan(parent, span), () => work(span));
      } catch (error) {
        fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
    failed(error, direction) {
      const code = codeOf(error);
      made.failures.add(1, asAttributes({ 'error.type': code, 'signalbox.direction': direction }));
      if (code === 'throttled') made.throttles.add(1, asAttributes({ 'signalbox.direction': direction }));
    },
  };
}

/** By its code alone: what servers say may name people. */
export function fail(span: Span, error: unknown): void {
  span.setAttribute('error.type', codeOf(error)).setStatus({ code: SpanStatusCode.ERROR });
}

/** What the conventions ask of a span about messages. The destination is the mailbox: by its id, which is no address. */
export const messaging = (operation: string, type: 'create' | 'send' | 'receive' | 'process' | 'settle', mailbox: string, message?: string): Facts => ({
  'messaging.system': 'signalbox',
  'messaging.operation.name': operation,
  'messaging.operation.type': type,
  'messaging.destination.name': mailbox,
  ...(message !== undefined && { 'messaging.message.id': message }),
  'signalbox.mailbox': mailbox,
});
