import { expect, it } from 'vitest';
import { closest } from './suggest.ts';

it('finds the name that a slip of the fingers meant', () => {
  expect(closest('slaes', ['support', 'sales', 'scanner'])).toBe('sales');
  expect(closest('SUPORT', ['support', 'sales'])).toBe('support');
});

it('suggests nothing when nothing is close', () => {
  expect(closest('marketing', ['support', 'sales'])).toBeUndefined();
  expect(closest('x', [])).toBeUndefined();
});
