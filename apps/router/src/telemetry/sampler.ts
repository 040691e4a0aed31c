import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, type Sampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import { UsageError } from '../usage-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** By OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG. Every trace by default. Throws `UsageError` for what there is not. */
export function samplerOf({ OTEL_TRACES_SAMPLER: name = 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: ratio }: Environment): Sampler {
  const roots: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratioOf(ratio)),
  };
  const root = roots[name.replace(/^parentbased_/, '')];
  if (!root) throw new UsageError(`OTEL_TRACES_SAMPLER names a sampler that there is not: "${name}".`, `Choose one of ${Object.keys(roots).join(', ')}, each also with parentbased_ before it.`);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root: root() }) : root();
}

function ratioOf(text = '1'): number {
  const ratio = Number(text);
  if (text.trim() === '' || !(ratio >= 0 && ratio <= 1)) throw new UsageError(`OTEL_TRACES_SAMPLER_ARG is no share: "${text}".`, 'Give a number from 0 to 1, such as 0.1 for every tenth trace.');
  return ratio;
}
