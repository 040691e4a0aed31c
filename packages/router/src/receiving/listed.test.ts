import { describe, expect, it } from 'vitest';
import { createListed } from './listed.ts';

const COUNT = 50_000;
const keys = (from: number): string[] => Array.from({ length: COUNT }, (_, index) => `1764064800.${from + index}`);

describe('what a listing has shown', () => {
  it('is known, all of it, and of what was not shown few are taken for it', () => {
    const listed = createListed();
    for (const key of keys(0)) listed.add(key);
    expect(keys(0).every((key) => listed.has(key))).toBe(true);
    const mistaken = keys(COUNT).filter((key) => listed.has(key));
    expect(mistaken.length).toBeLessThan(COUNT / 20);
    expect(createListed().has('x')).toBe(false);
  });

  it('is mistaken for something else the next time', () => {
    const mistakenBy = (): Set<string> => {
      const listed = createListed();
      for (const key of keys(0)) listed.add(key);
      return new Set(keys(COUNT).filter((key) => listed.has(key)));
    };
    const [first, second] = [mistakenBy(), mistakenBy()];
    expect([...first].filter((key) => second.has(key)).length).toBeLessThan(first.size / 5);
  });
});
