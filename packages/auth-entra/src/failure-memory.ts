import { type MailError, secret } from '@signalbox/core';
import { keepFailure, keptFailure, restoreFailure } from './kept-failure.ts';
import { readRecord, type Services, storeKey } from './services.ts';

/** The last refusal that a person has to do something about: another process may be asked what is wrong. */
export interface FailureMemory {
  keep(error: MailError): Promise<void>;
  clear(signal?: AbortSignal): Promise<void>;
  read(signal?: AbortSignal): Promise<MailError | undefined>;
}

export function createFailureMemory(services: Services, ...name: readonly string[]): FailureMemory {
  const { tokens, lifetime } = services;
  const key = storeKey(services, ...name, 'failure');
  return {
    async keep(error) {
      await services.spare(() => tokens.write(key, secret(JSON.stringify(keepFailure(error))), { signal: lifetime }), undefined);
    },
    // Whether there is one is not remembered: another process may have kept it.
    clear: (signal = lifetime) => services.spare(() => tokens.delete(key, { signal }), undefined),
    async read(signal) {
      const kept = readRecord(keptFailure, await services.spare(() => tokens.read(key, signal ? { signal } : {}), undefined));
      signal?.throwIfAborted();
      return kept && restoreFailure(kept);
    },
  };
}
