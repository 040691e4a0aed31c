import { describe, expect, it } from 'vitest';
import { openControlled } from './control-client.ts';

const HOUR = 3_600_000;

describe("the tenant's clock, from another process", () => {
  it('is read, moved by so much, and set to an instant', async () => {
    await using open = await openControlled();
    const { clock } = open.control;
    expect(await clock.read()).toMatchObject({ offsetMs: 0, moves: 0 });
    expect(await clock.jump(-HOUR)).toMatchObject({ offsetMs: -HOUR, moves: 1 });
    const { now } = await clock.set(new Date('2031-05-06T07:08:09Z'));
    expect(Math.abs(Date.parse(now) - Date.parse('2031-05-06T07:08:09Z'))).toBeLessThan(1_000);
    expect(open.tenant.clock.now().getUTCFullYear()).toBe(2031);
  });

  it.each([
    [{}, 'jumpMs'],
    [{ jumpMs: 1, set: '2026-01-01T00:00:00Z' }, 'jumpMs'],
    [{ set: 'tomorrow' }, 'set'],
    [{ jumpMs: 0.5 }, 'jumpMs'],
  ])('is not moved by %j', async (order, field) => {
    await using open = await openControlled();
    const { status, body } = await open.ask('/clock', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) });
    expect([status, body]).toMatchObject([400, { error: { problems: [{ place: 'body', field }] } }]);
    expect(open.tenant.clock.moves).toBe(0);
  });

  it('is followed: the same time, and a jump wakes who sleeps by it', async () => {
    await using open = await openControlled();
    open.tenant.clock.jump(2 * HOUR);
    await using followed = await open.control.clock.follow();
    expect(followed.offset).toBe(2 * HOUR);
    const sleeping = followed.sleep(HOUR);
    await open.control.clock.jump(HOUR);
    await sleeping;
    expect(followed.offset).toBe(3 * HOUR);
    open.tenant.faults.set('clock.jump', { ms: -HOUR }, { times: 1 });
    await expect.poll(() => followed.offset).toBe(2 * HOUR);
    open.tenant.reset();
    await expect.poll(() => followed.offset).toBe(0);
  });

  it('is followed for as long as one likes over one connection, and leaves nothing behind there', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    await using open = await openControlled();
    await using followed = await open.control.clock.follow();
    for (let jumps = 1; jumps <= 15; jumps += 1) {
      open.tenant.clock.jump(HOUR);
      await expect.poll(() => followed.offset).toBe(jumps * HOUR);
    }
    await new Promise((resolve) => setImmediate(resolve)); // warnings are told a moment later
    process.off('warning', onWarning);
    expect(warnings.map(({ message }) => message)).toEqual([]);
  });

  it('is followed no more once disposed of, and goes on by itself', async () => {
    await using open = await openControlled();
    const followed = await open.control.clock.follow();
    await followed[Symbol.asyncDispose]();
    open.tenant.clock.jump(HOUR);
    await followed.sleep(20);
    expect(followed.offset).toBe(0);
  });
});
