type Environment = Readonly<Record<string, string | undefined>>;

/** What OpenTelemetry's own variables ask for. Nothing of the SDK is loaded to find that out. */
export interface Wanted {
  readonly traces: boolean;
  readonly metrics: boolean;
}

/**
 * Exporting is asked for by an endpoint, or by naming the exporter `otlp`; the specification's default, which exports to localhost unasked, would have
 * every router complain that nobody listens there. `OTEL_SDK_DISABLED` wins over all of it.
 */
export function telemetryWanted(env: Environment): Wanted {
  const isOn = (signal: 'TRACES' | 'METRICS'): boolean => {
    const exporters = (env[`OTEL_${signal}_EXPORTER`] ?? '').split(',').map((name) => name.trim());
    if (exporters.includes('none')) return false;
    return exporters.includes('otlp') || [env['OTEL_EXPORTER_OTLP_ENDPOINT'], env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]].some((endpoint) => endpoint !== undefined && endpoint !== '');
  };
  const isDisabled = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
  return { traces: !isDisabled && isOn('TRACES'), metrics: !isDisabled && isOn('METRICS') };
}

/** Starts it where it is asked for. Dispose it last: it tells then what is still to be told. */
export async function startWantedTelemetry(env: Environment): Promise<AsyncDisposable | undefined> {
  const wanted = telemetryWanted(env);
  if (!wanted.traces && !wanted.metrics) return undefined;
  const { startTelemetry } = await import('./start.ts');
  return await startTelemetry(env, wanted);
}
