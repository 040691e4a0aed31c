import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@signalbox/core';
import { createTenantClock } from '../clock.ts';
import type { Caller } from './call.ts';
import type { ClockState } from './contract.ts';

/**
 * The tenant's clock, in another process of the same machine: it shows the same time, and a jump wakes its sleepers too,
 * a moment after it was made. It follows until it is disposed of; sleepers then go on by the last time it knew.
 */
export interface FollowedClock extends Clock, AsyncDisposable {
  /** How far it is from the machine's clock, in milliseconds. */
  readonly offset: number;
}

/** Between two attempts while the tenant does not answer. */
const AGAIN_MS = 1_000;

export async function followClock({ call }: Caller): Promise<FollowedClock> {
  const clock = createTenantClock();
  let moves = 0;
  const show = (state: ClockState): void => {
    moves = state.moves;
    if (state.offsetMs !== clock.offset) clock.jump(state.offsetMs - clock.offset);
  };
  show(await call('GET', '/clock'));
  const ending = new AbortController();
  const { signal } = ending;
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      await call<ClockState>('GET', '/clock', { query: { after: moves }, signal }).then(show, () => sleep(AGAIN_MS, undefined, { signal }).catch(() => {}));
    }
  };
  const following = follow();
  return {
    get offset() {
      return clock.offset;
    },
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await following;
    },
  };
}
