import { describe, expect, it } from 'vitest';
import { Arrivals } from './arrivals.ts';

describe('arrivals', () => {
  it('waits for as many messages of a place as are wanted, and counts those of no other', async () => {
    const arrivals = new Arrivals();
    arrivals.note('0.quiet@bench.example');
    const all = arrivals.all('quiet', 2);
    arrivals.note('1.busy@bench.example');
    arrivals.note('1.quiet@bench.example');
    expect((await all).map(([index]) => index)).toEqual([0, 1]);
  });

  it('takes no message twice', () => {
    const arrivals = new Arrivals();
    arrivals.note('0.quiet@bench.example');
    expect(() => arrivals.note('0.quiet@bench.example')).toThrow('twice');
  });

  it('takes nothing that the benchmark has not sent', () => {
    expect(() => new Arrivals().note('hello@elsewhere.example')).toThrow('nobody has sent');
  });
});
