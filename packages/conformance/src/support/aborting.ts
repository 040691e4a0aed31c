import assert from 'node:assert/strict';
import { type CallOptions, isMailError } from '@signalbox/core';
import type { CaseLimits } from '../limits.ts';
import { reasonOf } from './rejects.ts';
import { within } from './within.ts';

/** Each call rejects with the very reason of its signal: aborted beforehand, or after a moment of waiting. */
export async function abortsWithReason(calls: Readonly<Record<string, (options: CallOptions) => Promise<unknown>>>, limits: CaseLimits, afterMs = 0): Promise<void> {
  for (const [name, call] of Object.entries(calls)) {
    const stop = new AbortController();
    const reason = new Error(`stop ${name}`);
    if (afterMs === 0) stop.abort(reason);
    else setTimeout(() => stop.abort(reason), afterMs);
    const outcome = reasonOf(call({ signal: stop.signal }), `${name}, aborted,`);
    assert.equal(await within(limits.settleMs, outcome, `${name} after abort`), reason, `${name} must reject with signal.reason itself`);
  }
}

/** The call succeeds, if need be after failures that allow to repeat it unchanged. */
export async function stillWorks<T>(call: () => Promise<T>, limits: CaseLimits): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await within(limits.settleMs, call(), 'the call afterwards');
    } catch (error) {
      if (!isMailError(error) || error.retry !== 'safe' || attempt === 4) throw error;
    }
  }
}
