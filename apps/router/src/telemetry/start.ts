import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { defaultResource, detectResources, envDetector, resourceFromAttributes, serviceInstanceIdDetector } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';
import { samplerOf } from './sampler.ts';
import type { Wanted } from './wanted.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const MINUTE_MS = 60_000;
/** A collector that does not answer keeps nobody from leaving. */
const LEAVING_MS = 5_000;

/**
 * Registers the SDK for this process, by OpenTelemetry's own variables: where to and with which headers is read by the exporters themselves.
 * Throws `UsageError` for what cannot be done.
 */
export async function startTelemetry(env: Environment, wanted: Wanted): Promise<AsyncDisposable> {
  const resource = defaultResource().merge(resourceFromAttributes({ 'service.name': 'signalbox', 'service.version': version })).merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }));
  const tracing = wanted.traces ? await tracerProvider(env, resource) : undefined;
  const measuring = wanted.metrics ? await meterProvider(env, resource) : undefined;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  if (tracing) trace.setGlobalTracerProvider(tracing);
  if (measuring) metrics.setGlobalMeterProvider(measuring);
  return {
    async [Symbol.asyncDispose]() {
      const late = new Promise<void>((resolve) => void setTimeout(resolve, LEAVING_MS).unref());
      // What fails now, nobody is left to do something about.
      await Promise.race([Promise.allSettled([tracing?.shutdown(), measuring?.shutdown()]), late]);
      for (const api of [trace, metrics, context]) api.disable();
    },
  };
}

type Resource = ReturnType<typeof defaultResource>;

async function tracerProvider(env: Environment, resource: Resource): Promise<TracerProvider> {
  const [scheduledDelayMillis, maxQueueSize, maxExportBatchSize] = [numberOf(env, 'OTEL_BSP_SCHEDULE_DELAY'), numberOf(env, 'OTEL_BSP_MAX_QUEUE_SIZE'), numberOf(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE')];
  const processor = new BatchSpanProcessor({
    exporter: await spanExporter(protocolOf(env, 'TRACES')),
    ...(scheduledDelayMillis !== undefined && { scheduledDelayMillis }),
    ...(maxQueueSize !== undefined && { maxQueueSize }),
    ...(maxExportBatchSize !== undefined && { maxExportBatchSize }),
  });
  return new TracerProvider({ resource, sampler: samplerOf(env), spanProcessors: [processor] });
}

async function meterProvider(env: Environment, resource: Resource): Promise<MeterProvider> {
  const exportIntervalMillis = numberOf(env, 'OTEL_METRIC_EXPORT_INTERVAL') ?? MINUTE_MS;
  const exportTimeoutMillis = Math.min(exportIntervalMillis, numberOf(env, 'OTEL_METRIC_EXPORT_TIMEOUT') ?? MINUTE_MS / 2);
  const exporter = await metricExporter(protocolOf(env, 'METRICS'));
  return new MeterProvider({ resource, readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis })] });
}

type Protocol = 'http/protobuf' | 'http/json';

function protocolOf(env: Environment, signal: 'TRACES' | 'METRICS'): Protocol {
  const protocol = env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] ?? env['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? 'http/protobuf';
  if (protocol === 'http/protobuf' || protocol === 'http/json') return protocol;
  throw new UsageError(`OTEL_EXPORTER_OTLP_PROTOCOL names a protocol that there is not here: "${protocol}".`, 'Choose http/protobuf or http/json: a collector takes both, on port 4318 by default.');
}

async function spanExporter(protocol: Protocol): Promise<SpanExporter> {
  const { OTLPTraceExporter } = protocol === 'http/json' ? await import('@opentelemetry/exporter-trace-otlp-http') : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

async function metricExporter(protocol: Protocol): Promise<PushMetricExporter> {
  const { OTLPMetricExporter } = protocol === 'http/json' ? await import('@opentelemetry/exporter-metrics-otlp-http') : await import('@opentelemetry/exporter-metrics-otlp-proto');
  return new OTLPMetricExporter();
}

function numberOf(env: Environment, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`${name} is not what it should be: "${text}".`, 'Give a whole number above 0.');
}
