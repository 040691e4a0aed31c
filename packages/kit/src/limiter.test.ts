import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLimiter } from './limiter.ts';

const reason = new Error('the caller has left');
const turn = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a limiter', () => {
  it.each([0, -1, 1.5, Number.NaN])('refuses a capacity of %s', (capacity) => {
    expect(() => createLimiter(capacity)).toThrow(RangeError);
  });

  it('lets in the first at once and the rest in the order they came', async () => {
    const limiter = createLimiter(1);
    const order: number[] = [];
    const work = async (id: number): Promise<void> => {
      using _place = await limiter.acquire();
      order.push(id);
      await turn();
    };
    await Promise.all([1, 2, 3, 4].map(work));
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it('gives a free place at once, and none when there is none', async () => {
    const limiter = createLimiter(2);
    await limiter.acquire();
    const second = limiter.tryAcquire();
    expect(second).toBeDefined();
    expect(limiter.tryAcquire()).toBeUndefined();
    second?.[Symbol.dispose]();
    expect(limiter.tryAcquire()).toBeDefined();
  });

  it('frees a place once, however often it is disposed of', async () => {
    const limiter = createLimiter(1);
    const first = await limiter.acquire();
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await limiter.acquire();
    let second = false;
    void limiter.acquire().then(() => (second = true));
    await turn();
    expect(second).toBe(false);
  });

  it('rejects with the reason when aborted while waiting, taking no place and leaving no listener', async () => {
    const limiter = createLimiter(1);
    const first = await limiter.acquire();
    const controller = new AbortController();
    const waiting = limiter.acquire(controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    first[Symbol.dispose]();
    await expect(limiter.acquire()).resolves.toBeDefined();
  });

  it('rejects at once when already aborted, though a place is free', async () => {
    await expect(createLimiter(1).acquire(AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('forgets nobody when one is aborted in the moment it is let in', async () => {
    const limiter = createLimiter(1);
    const first = await limiter.acquire();
    const controller = new AbortController();
    const second = limiter.acquire(controller.signal);
    const third = limiter.acquire();
    first[Symbol.dispose](); // the second has its place now
    controller.abort(reason); // too late to take it away
    (await second)[Symbol.dispose]();
    await expect(Promise.race([third.then(() => 'let in'), turn().then(() => 'forgotten')])).resolves.toBe('let in');
  });

  it('never holds more than its capacity and lets everybody in who stays', async () => {
    const visitors = fc.array(fc.record({ stays: fc.nat(3), abortsAfter: fc.option(fc.nat(4), { nil: undefined }) }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), visitors, async (capacity, all) => {
        const limiter = createLimiter(capacity);
        let [inside, most, served] = [0, 0, 0];
        const visit = async ({ stays, abortsAfter }: { stays: number; abortsAfter: number | undefined }): Promise<void> => {
          const controller = new AbortController();
          if (abortsAfter !== undefined) void turns(abortsAfter).then(() => controller.abort(reason));
          try {
            using _place = await limiter.acquire(controller.signal);
            inside += 1;
            most = Math.max(most, inside);
            await turns(stays);
            inside -= 1;
            served += 1;
          } catch (error) {
            if (error !== reason) throw error;
          }
        };
        await Promise.all(all.map(visit));
        expect(most).toBeLessThanOrEqual(capacity);
        expect(served).toBeGreaterThanOrEqual(all.filter(({ abortsAfter }) => abortsAfter === undefined).length);
      }),
      { numRuns: 100 },
    );
  });
});

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await turn();
}
