import { expect, it } from 'vitest';
import { createTally } from './tally.ts';

it('measures each mail from delivery to arrival, once, and nothing that it did not deliver', () => {
  let now = 0;
  const tally = createTally(['sales', 'press'], () => now);
  tally.delivered('sales', 'a');
  tally.delivered('sales', 'b');
  tally.delivered('sales', 'c');
  now = 10;
  expect(tally.arrived('sales', 'a')).toBe(10);
  expect(tally.arrived('sales', 'a')).toBeUndefined();
  expect(tally.arrived('press', 'b')).toBeUndefined();
  expect(tally.arrived('sales', undefined)).toBeUndefined();
  now = 30;
  expect(tally.arrived('sales', 'b')).toBe(30);
  expect(tally.scores()).toEqual([
    { mailbox: 'sales', delivered: 3, received: 2, medianLatency: 30 },
    { mailbox: 'press', delivered: 0, received: 0 },
  ]);
});
