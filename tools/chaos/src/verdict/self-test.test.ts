import { describe, expect, it } from 'vitest';
import type { ConsumerLine, SenderLine, TenantLine } from '../logs.ts';
import { rollDice } from '../plan/dice.ts';
import { testVerdict } from './self-test.ts';
import { isFlawless, judge, type Logs } from './verdict.ts';

const LETTERS = Array.from({ length: 20 }, (_, index) => index + 1);

const logs: Logs = {
  tenant: [
    ...LETTERS.map((object): TenantLine => ({ event: 'in', mailbox: 'm01', object, tag: `r${object}`, how: 'new' })),
    ...LETTERS.map((object): TenantLine => ({ event: 'reached', object, tag: `s${object}` })),
  ],
  consumer: LETTERS.map((object): ConsumerLine => ({ delivery: `d${object}`, mailbox: 'm01', tag: `r${object}` })),
  sender: LETTERS.flatMap((object): SenderLine[] => [
    { event: 'asked', mailbox: 'm01', tag: `s${object}` },
    { event: 'taken', mailbox: 'm01', tag: `s${object}` },
  ]),
  held: new Set(),
};

const without = <T>(lines: readonly T[], index: number): readonly T[] => lines.toSpliced(index, 1);

describe('the comparison, with one line missing', () => {
  it('finds nothing wrong while none is', () => {
    expect(isFlawless(judge(logs))).toBe(true);
  });

  it.each(LETTERS.flatMap((object) => [object - 1, object - 1 + LETTERS.length]))('notices line %i of the tenant', (index) => {
    expect(isFlawless(judge({ ...logs, tenant: without(logs.tenant, index) }))).toBe(false);
  });

  it.each(LETTERS.map((object) => object - 1))('notices line %i of the consumer', (index) => {
    expect(isFlawless(judge({ ...logs, consumer: without(logs.consumer, index) }))).toBe(false);
  });

  it('tries each log of a run, and misses nothing', () => {
    expect(testVerdict(logs, rollDice(1, 'self-test'))).toEqual({ tried: 80, missed: [] });
  });

  it('leaves alone the lines without which everything may still be right', () => {
    const loose: Logs = {
      ...logs,
      tenant: [{ event: 'in', mailbox: 'm01', object: 1, tag: 'r1', how: 'new' }, { event: 'away', mailbox: 'm01', object: 1 }],
      consumer: [{ delivery: 'd1', mailbox: 'm01', tag: 'r1' }],
      sender: [],
    };
    expect(testVerdict(loose, rollDice(1, 'self-test'))).toEqual({ tried: 0, missed: [] });
  });
});
