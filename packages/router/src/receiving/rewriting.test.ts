import { describe, expect, it } from 'vitest';
import type { KnownObject, Sighting } from './binding.ts';
import { rewritesIds } from './rewriting.ts';

const T0 = Date.parse('2026-11-25T10:00:00Z');
const known = (name: string, idKey = `id ${name}`, gone = false): KnownObject => ({ id: name, kind: 'delivery', idKey, factsKey: name, arrivedAt: T0, refs: [{ door: 'imap', folder: 'INBOX', key: name, gone }] });
const seen = (name: string, idKey = `id ${name}`, at = T0): Sighting => ({ door: 'graph', folder: 'inbox', key: name, idKey, factsKey: name, arrivedAt: at });

describe('whether a door rewrites ids', () => {
  it('is true where most of what looks alike has another id', () => {
    expect(rewritesIds([seen('a', 'x'), seen('b', 'y'), seen('c')], ['a', 'b', 'c'].map((name) => known(name)))).toBe(true);
    expect(rewritesIds([seen('a', 'x'), seen('b'), seen('c')], ['a', 'b', 'c'].map((name) => known(name)))).toBe(false);
  });

  it('is not concluded from mail that came at another time, or that is gone, or of which nothing is known', () => {
    expect(rewritesIds([seen('a', 'x', T0 + 5000)], [known('a')])).toBe(false);
    expect(rewritesIds([seen('a', 'x')], [known('a', 'id a', true)])).toBe(false);
    expect(rewritesIds([seen('a', 'x')], [])).toBe(false);
  });
});
