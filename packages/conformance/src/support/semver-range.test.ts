import { describe, expect, it } from 'vitest';
import { satisfies } from './semver-range.ts';

describe('a range of versions', () => {
  it.each([
    ['1.0.0', '^1.0', true],
    ['1.4.2', '^1.0', true],
    ['2.0.0', '^1.0', false],
    ['1.0.0', '^1.1', false],
    ['0.2.5', '^0.2.1', true],
    ['0.3.0', '^0.2.1', false],
    ['0.9.0', '^0', true],
    ['1.2.9', '~1.2', true],
    ['1.3.0', '~1.2.3', false],
    ['1.9.0', '~1', true],
    ['1.5.0', '1.x', true],
    ['2.0.0', '1', false],
    ['1.2.3', '1.2.3', true],
    ['1.2.4', '1.2.3', false],
    ['2.5.0', '>=1 <3', true],
    ['3.0.0', '>= 1 < 3', false],
    ['1.2.0', '<=1.2', true],
    ['1.2.0', '>1.2', false],
    ['3.1.0', '1 || ^3.0', true],
    ['9.9.9', '*', true],
  ])('decides whether %s is in %s', (version, range, expected) => {
    expect(satisfies(version, range)).toBe(expected);
  });
});
