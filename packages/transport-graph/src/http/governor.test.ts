import type { Clock } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { createGovernor, type EnterOptions } from './governor.ts';

/** Time passes only in sleeps, and at once. */
function hurriedClock(): Clock & { readonly slept: number[] } {
  let now = Date.parse('2026-11-24T12:00:00Z');
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(now),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}

const turn = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function setting(capacity = 4) {
  const clock = hurriedClock();
  const governor = createGovernor(clock, capacity, 'graph.example');
  const enter = (options: Partial<EnterOptions> = {}) => governor.enter({ until: clock.now().getTime() + 10_000, stream: false, bytes: 0, signal: undefined, ...options });
  return { clock, governor, enter };
}

const MB = 1_024 * 1_024;

describe('the governor', () => {
  it('lets four in at a time', async () => {
    const { enter } = setting();
    const first = await Promise.all([enter(), enter(), enter(), enter()]);
    let fifth = false;
    void enter().then(() => (fifth = true));
    await turn();
    expect(fifth).toBe(false);
    first[2]?.[Symbol.dispose]();
    await turn();
    expect(fifth).toBe(true);
  });

  it('keeps one place from answers that are read slowly', async () => {
    const { enter } = setting();
    await Promise.all([enter({ stream: true }), enter({ stream: true }), enter({ stream: true })]);
    let fourth = false;
    void enter({ stream: true }).then(() => (fourth = true));
    await enter();
    await turn();
    expect(fourth).toBe(false);
  });

  it('gives a batch what happens to be free, and takes all of it back', async () => {
    const { enter } = setting();
    using one = await enter();
    {
      using batch = await enter({ most: 4 });
      expect([one.places, batch.places]).toEqual([1, 3]);
    }
    using again = await enter({ most: 4 });
    expect(again.places).toBe(3);
  });

  it('waits for as long as the server asks for, whoever was told', async () => {
    const { governor, enter, clock } = setting();
    governor.pause(2_128);
    governor.pause(500);
    await enter();
    expect(clock.slept).toEqual([2_128]);
  });

  it('says at once when patience does not suffice, and when to come back', async () => {
    const { governor, enter, clock } = setting();
    governor.pause(60_000);
    await expect(enter()).rejects.toMatchObject({ code: 'throttled', retry: 'safe', retryAfterMs: 60_000 });
    expect(clock.slept).toEqual([]);
  });

  it('holds no place while it waits', async () => {
    const { clock } = setting();
    const governor = createGovernor({ ...clock, sleep: () => new Promise(() => {}) }, 2, 'h');
    const enter = (bytes: number) => governor.enter({ until: clock.now().getTime() + 600_000, stream: false, bytes, signal: undefined });
    (await enter(150 * MB))[Symbol.dispose]();
    for (let waiting = 0; waiting < 2; waiting += 1) void enter(MB);
    await turn();
    let entered = false;
    void enter(0).then(() => (entered = true));
    await turn();
    expect(entered).toBe(true);
  });

  it('uploads 150 MB in five minutes, and then waits until the first of them is five minutes old', async () => {
    const { enter, clock } = setting();
    const patient = clock.now().getTime() + 600_000;
    for (let part = 0; part < 38; part += 1) (await enter({ bytes: 4 * MB - 100_000, until: patient }))[Symbol.dispose]();
    expect(clock.slept).toEqual([]);
    await expect(enter({ bytes: 4 * MB })).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 300_000 });
    using later = await enter({ bytes: 4 * MB, until: patient });
    expect([later.places, clock.slept]).toEqual([1, [300_000]]);
  });

  it('leaves reading alone when uploads have to wait', async () => {
    const { enter, clock } = setting();
    (await enter({ bytes: 150 * MB }))[Symbol.dispose]();
    (await enter())[Symbol.dispose]();
    expect(clock.slept).toEqual([]);
  });

  it('leaves the queue when aborted', async () => {
    const { enter } = setting(2);
    const [first] = await Promise.all([enter(), enter()]);
    const stop = new AbortController();
    const waiting = enter({ signal: stop.signal });
    const reason = new Error('left');
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    first?.[Symbol.dispose]();
    await enter();
  });
});
