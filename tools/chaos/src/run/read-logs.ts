import { readConsumerLog, readSenderLog, readTenantLog } from '../logs.ts';
import type { Place } from '../router/place.ts';
import type { Logs } from '../verdict/verdict.ts';

/** `held`: ids of the outbox entries that wait for a person. */
export function readLogs({ logs }: Place, held: readonly string[]): Logs {
  const sender = readSenderLog(logs.sender);
  const ids = new Set(held);
  return {
    tenant: readTenantLog(logs.tenant),
    consumer: readConsumerLog(logs.consumer),
    sender,
    held: new Set(sender.filter(({ entry }) => entry !== undefined && ids.has(entry)).map(({ tag }) => tag)),
  };
}
