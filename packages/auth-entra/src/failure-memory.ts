import { type MailError, secret } from '@signalbox/core';
import { keepFailure, keptFailure, restoreFailure } from './kept-failure.ts';
import { readRecord, type Services, storeKey } from './services.ts';

/** The last refusal that a person has to do something about: another process may be asked what is wrong. */
export interface FailureMemory {
  keep(error: MailError): Promise<void>;
  /** Costs nothing where nothing was kept since the provider was opened and looked. */
  clear(): Promise<void>;
  read(signal?: AbortSignal): Promise<MailError | undefined>;
}

export function createFailureMemory(services: Services, ...name: readonly string[]): FailureMemory {
  const { tokens, lifetime } = services;
  const key = storeKey(services, ...name, 'failure');
  let isClear = false;
  return {
    async keep(error) {
      isClear = false;
      await services.spare(() => tokens.write(key, secret(JSON.stringify(keepFailure(error))), { signal: lifetime }), undefined);
    },
    async clear() {
      if (isClear) return;
      const remove = async (): Promise<boolean> => {
        await tokens.delete(key, { signal: lifetime });
        return true;
      };
      isClear = await services.spare(remove, false);
    },
    async read(signal) {
      const kept = readRecord(keptFailure, await services.spare(() => tokens.read(key, signal ? { signal } : {}), undefined));
      signal?.throwIfAborted();
      return kept && restoreFailure(kept);
    },
  };
}
