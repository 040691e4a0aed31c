import { describe, expect, it } from 'vitest';
import { createRedactors } from './redactors.ts';

const hiding = (...secrets: readonly string[]) => ({ hidden: () => new Map(secrets.map((value) => [value, '[secret]'])) });

describe('the redactors of several configurations', () => {
  it('leave out the secrets of all that are open, also where one begins with another', () => {
    const redactors = createRedactors();
    using _old = redactors.open(hiding('Summer2026'));
    using _new = redactors.open(hiding('Summer2026!again'));
    expect(redactors.redact('now Summer2026!again, before Summer2026')).toBe('now [secret], before [secret]');
  });

  it('leave out those of the last one that was closed as well, and no others', () => {
    const redactors = createRedactors();
    const [first, second, third] = ['first-secret', 'second-secret', 'third-secret'].map((secret) => redactors.open(hiding(secret)));
    second?.[Symbol.dispose]();
    third?.[Symbol.dispose]();
    third?.[Symbol.dispose]();
    expect(redactors.redact('first-secret second-secret third-secret')).toBe('[secret] second-secret [secret]');
    first?.[Symbol.dispose]();
    expect(redactors.redact('first-secret third-secret')).toBe('[secret] third-secret');
  });
});
