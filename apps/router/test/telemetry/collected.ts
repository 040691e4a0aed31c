import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader, type MetricData } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** What was told while it is open. Open it before the router: its instruments belong to the provider that is there then. */
export interface Collected extends Disposable {
  readonly spans: readonly ReadableSpan[];
  named(name: string): readonly ReadableSpan[];
  /** From the root: each line is a span, deeper by two blanks than the one it belongs to. In the order in which they began. */
  tree(traceId: string, except?: readonly string[]): string;
  /** Collects now. */
  metrics(): Promise<readonly MetricData[]>;
  forget(): void;
}

/** Registered for the whole process, as a host does; nothing of it stays behind. */
export function collect(): Collected {
  const exporter = new InMemorySpanExporter();
  const manager = new AsyncLocalStorageContextManager().enable();
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000, exportTimeoutMillis: 10_000 });
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  context.setGlobalContextManager(manager);
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans();
  return {
    get spans() {
      return spans();
    },
    named: (name) => spans().filter((span) => span.name === name),
    tree: (traceId, except) => treeOf(spans(), traceId, except),
    async metrics() {
      await reader.forceFlush();
      return metricExporter.getMetrics().at(-1)?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
    },
    forget: () => exporter.reset(),
    [Symbol.dispose]() {
      for (const api of [trace, metrics, context]) api.disable();
    },
  };
}

function treeOf(all: readonly ReadableSpan[], traceId: string, except: readonly string[] = []): string {
  const spans = all.filter((span) => span.spanContext().traceId === traceId && !except.includes(span.name));
  const began = ({ startTime: [seconds, nanos] }: ReadableSpan): number => seconds * 1e9 + nanos;
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const below = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanContext: context }) => (parent === undefined ? context === undefined || !ids.has(context.spanId) : context?.spanId === parent))
      .toSorted((a, b) => began(a) - began(b))
      .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`, ...below(span.spanContext().spanId, depth + 1)]);
  return below(undefined, 0).join('\n');
}
