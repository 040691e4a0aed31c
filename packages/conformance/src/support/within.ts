import { AssertionError } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseLimits } from '../limits.ts';

/** Fails when the promise has not settled in time. */
export async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new AssertionError({ message: `${what} did not settle within ${ms} ms.` })), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    promise.catch(() => {}); // a failure after the limit has no one to go to
    clearTimeout(timer);
  }
}

/** Asks again and again until the answer is there: servers take their time to file what they accepted. */
export async function waitFor<T>(limits: CaseLimits, what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + limits.settleMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new AssertionError({ message: `${what} was not to be seen within ${limits.settleMs} ms.` });
    await sleep(20);
  }
}
