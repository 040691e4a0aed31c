import { describe, expect, it } from 'vitest';
import { latencies, type Life } from './life-results.ts';
import { rowsOf } from './rows.ts';

const memory = (collectedMb: number): Life['memoryEmpty'] => ({ residentMb: collectedMb + 10, collectedMb, peakMb: collectedMb + 20 });

const lifeOf = (side: Life['side'], change: Partial<Life> = {}): Life => ({
  side,
  memoryEmpty: memory(100),
  memoryTen: memory(110),
  memoryFifty: memory(130),
  firstSync: { wallMs: 300, cpuMs: 100 },
  fortyMore: { wallMs: 2_000, cpuMs: 2_000 },
  start: { servingMs: 800, watchedMs: 1_500 },
  rest: { wallMs: 10_000, cpuMs: 10 },
  memoryServing: memory(120),
  quiet: { latenciesMs: [500, 510, 520], cpuMs: 50 },
  busy: { latenciesMs: [500, 510, 520], cpuMs: 50 },
  burst: { count: 2_000, wallMs: 4_000, cpuMs: 1_000 },
  submitted: { count: 500, acceptedMs: 1_000, deliveredMs: 4_000, cpuMs: 500 },
  ...change,
});

const rowNamed = (lives: readonly Life[], work: string) => rowsOf(lives).find((row) => row.work === work);

describe('the rows of the router', () => {
  it('meets every target where ours does as the bare library does', () => {
    expect(rowsOf([lifeOf('bare'), lifeOf('ours')]).filter(({ met }) => met === false)).toEqual([]);
  });

  it('measures latency against that of the bare library in the same run', () => {
    const slow = lifeOf('ours', { busy: { latenciesMs: [571, 571, 571], cpuMs: 50 } });
    expect(rowNamed([lifeOf('bare'), slow], 'one mailbox at 20 messages/s: p95')).toMatchObject({ met: false });
    expect(rowNamed([lifeOf('bare'), lifeOf('ours', { busy: { latenciesMs: [569, 569, 569], cpuMs: 50 } })], 'one mailbox at 20 messages/s: p95')).toMatchObject({ met: true });
  });

  it('counts a rate below its target as missed', () => {
    expect(rowNamed([lifeOf('bare'), lifeOf('ours', { burst: { count: 2_000, wallMs: 6_000, cpuMs: 1_000 } })], 'burst of 2,000 messages over 10 mailboxes')).toMatchObject({ met: false });
  });

  it('takes what forty mailboxes add for the memory of one', () => {
    expect(rowNamed([lifeOf('bare'), lifeOf('ours')], 'memory of a further mailbox')).toMatchObject({ ours: 0.5, bare: 0.5, ratio: 1 });
  });

  it('takes the median over the lives of a side', () => {
    const lives = [1_000, 9_000, 2_000].map((wallMs) => lifeOf('ours', { fortyMore: { wallMs, cpuMs: 10 } }));
    expect(rowNamed([...lives, lifeOf('bare')], '40 more mailboxes of 1,000 at once')).toMatchObject({ ours: 2 });
  });
});

describe('latencies', () => {
  it('sorts the time from each delivery to its arrival', () => {
    expect(latencies([100, 200, 300], [[2, 310], [0, 150], [1, 220]])).toEqual([10, 20, 50]);
  });

  it('refuses a run in which a message is missing', () => {
    expect(() => latencies([100, 200], [[0, 150]])).toThrow('1 of 2');
  });

  it('refuses a message that nobody has sent', () => {
    expect(() => latencies([100], [[7, 150]])).toThrow('nobody had sent');
  });
});
