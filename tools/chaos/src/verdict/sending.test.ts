import { describe, expect, it } from 'vitest';
import type { SenderLine, TenantLine } from '../logs.ts';
import { judgeSending } from './sending.ts';

const reached = (tag: string, object: number): TenantLine => ({ event: 'reached', object, tag });
const asked = (tag: string): SenderLine => ({ event: 'asked', mailbox: 'm01', tag });
const taken = (tag: string): SenderLine => ({ event: 'taken', mailbox: 'm01', tag });
const nothing = new Set<string>();

describe('the comparison of what was to be sent with what arrived', () => {
  it('finds nothing wrong where every mail arrived once', () => {
    expect(judgeSending([reached('s1', 1), reached('s2', 2)], ['s1', 's2'].flatMap((tag) => [asked(tag), taken(tag)]), nothing)).toEqual({ taken: 2, once: 2, lost: [], doubled: [], held: [], unasked: [] });
  });

  it('tells a mail that never arrived, unless it is held for a person', () => {
    expect(judgeSending([], [asked('s1'), taken('s1')], nothing).lost).toEqual(['s1']);
    expect(judgeSending([], [asked('s1'), taken('s1')], new Set(['s1']))).toMatchObject({ lost: [], held: ['s1'] });
  });

  it('tells a mail that arrived twice, also where it is held', () => {
    expect(judgeSending([reached('s1', 1), reached('s1', 2)], [asked('s1'), taken('s1')], new Set(['s1'])).doubled).toEqual(['s1']);
  });

  it('owes nothing for a mail that the outbox never took, and forgives that it arrived all the same', () => {
    expect(judgeSending([], [asked('s1')], nothing)).toMatchObject({ taken: 0, lost: [] });
    expect(judgeSending([reached('s1', 1)], [asked('s1')], nothing)).toMatchObject({ unasked: [], doubled: [] });
  });

  it('tells mail that nobody asked for', () => {
    expect(judgeSending([reached('s9', 1)], [], nothing).unasked).toEqual(['s9']);
  });
});
