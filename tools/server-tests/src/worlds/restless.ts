import type { CredentialSource } from '@signalbox/core';
import type { EntraTenant } from './entra-tenant.ts';

/** Late enough for a sign-in to be over. */
const MIDDLE_MS = 60;
/** On a busy machine too whoever was refused has signed in anew by then, and done what it had begun. */
const REPLACED_MS = 500;

export interface Restlessness {
  /** How many requests for a credential come to one that is void when it is handed out; the first one always is. */
  readonly every: number;
  /** Nothing is withdrawn for so long after a replacement: somebody with many requests at one time may still hold it. */
  readonly quietMs: number;
  /** Also while sessions are open: the server ends them at their next command. */
  readonly inSessions: boolean;
}

/** For transports that ask when they sign in, and wait for the outcome. */
export const ONE_BY_ONE: Restlessness = { every: 2, quietMs: 0, inSessions: false };

/**
 * As where tokens are withdrawn all the time: some are void when they are handed out, others end while they are in use.
 * A replacement is left alone while somebody signs in with it, since who is refused twice in a row has to give up.
 */
export function restless(source: CredentialSource, entra: EntraTenant, { every, quietMs, inSessions }: Restlessness): CredentialSource & Disposable {
  let asked = 0;
  let replacedAt = Number.NEGATIVE_INFINITY;
  const timers = new Set<NodeJS.Timeout>();
  const withdrawLater = (): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (performance.now() - replacedAt > REPLACED_MS) entra.withdraw();
    }, MIDDLE_MS);
    timers.add(timer);
  };
  return {
    async getCredential(request) {
      const credential = await source.getCredential(request);
      if (request.rejected) {
        replacedAt = performance.now();
        return credential;
      }
      asked += 1;
      const isQuiet = performance.now() - replacedAt >= quietMs;
      if (isQuiet && asked % every === 1) entra.withdraw();
      else if (inSessions) withdrawLater();
      return credential;
    },
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
