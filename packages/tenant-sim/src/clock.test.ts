import { describe, expect, it } from 'vitest';
import { createTenantClock } from './clock.ts';

describe("the tenant's clock", () => {
  it('starts where it is told to, and goes on from there', async () => {
    const clock = createTenantClock(new Date('2026-01-02T03:04:05Z'));
    await clock.sleep(20);
    expect(clock.now().getTime() - Date.parse('2026-01-02T03:04:05Z')).toBeGreaterThanOrEqual(19);
    expect(clock.now().getTime() - Date.parse('2026-01-02T03:04:05Z')).toBeLessThan(5_000);
  });

  it('wakes a sleeper of an hour when it jumps over the hour', async () => {
    const clock = createTenantClock();
    const sleeping = clock.sleep(3_600_000);
    clock.jump(3_600_000);
    await expect(sleeping).resolves.toBeUndefined();
    expect(clock.offset).toBe(3_600_000);
  });

  it('keeps a sleeper asleep when it jumps back', async () => {
    const clock = createTenantClock();
    let awake = false;
    const sleeping = clock.sleep(30).then(() => (awake = true));
    clock.jump(-3_600_000);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(awake).toBe(false);
    clock.jump(3_600_000);
    await sleeping;
    expect(awake).toBe(true);
  });

  it('ends a sleep with the reason of the abort itself', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const sleeping = createTenantClock().sleep(3_600_000, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(createTenantClock().sleep(1, controller.signal)).rejects.toBe(reason);
  });
});
