import { describe, expect, it } from 'vitest';
import { isAllowed } from './licence-policy.ts';

describe('the licence policy', () => {
  it.each(['MIT', '(MIT OR EUPL-1.1+)', 'GPL-3.0-only OR MIT', 'MIT AND ISC', '(MIT AND (Apache-2.0 OR GPL-2.0-only))'])('allows %s', (expression) => {
    expect(isAllowed(expression)).toBe(true);
  });

  it.each(['', 'GPL-3.0-only', 'MIT AND GPL-3.0-only', 'MIT*', 'UNKNOWN', 'SEE LICENSE IN LICENSE', '(MIT', 'MIT WITH Something', 'MIT ISC'])('refuses "%s"', (expression) => {
    expect(isAllowed(expression)).toBe(false);
  });
});
