import type { HostServices, TransportPlugin } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';

/** Nothing is logged. */
export const hostOf = (ca: string, fetch: HostServices['fetch']): HostServices => ({ log: { log() {} }, fetch, clock: systemClock, network: { ca: [ca] } });

export async function checkedConfig<Config>({ name, config: schema }: TransportPlugin<Config>, config: object): Promise<Config> {
  const result = await schema['~standard'].validate(config);
  if (result.issues !== undefined) throw new Error(`${name}: ${result.issues.map((issue) => issue.message).join(' ')}`);
  return result.value;
}
