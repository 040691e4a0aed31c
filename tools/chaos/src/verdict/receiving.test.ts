import { describe, expect, it } from 'vitest';
import type { ConsumerLine, TenantLine } from '../logs.ts';
import { judgeReceiving } from './receiving.ts';

const came = (object: number, tag = `t${object}`, mailbox = 'm01'): TenantLine => ({ event: 'in', mailbox, object, tag, how: 'new' });
const away = (object: number, mailbox = 'm01'): TenantLine => ({ event: 'away', mailbox, object });
const got = (delivery: string, tag: string, mailbox = 'm01'): ConsumerLine => ({ delivery, mailbox, tag });

describe('the comparison of what came in with what was handed over', () => {
  it('finds nothing wrong where every object came once', () => {
    expect(judgeReceiving([came(1), came(2)], [got('a', 't1'), got('b', 't2')])).toEqual({ expected: 2, optional: 0, delivered: 2, repeated: 0, lost: [], doubled: [], unasked: [], mixed: [] });
  });

  it('tells an object that never came', () => {
    expect(judgeReceiving([came(1), came(2)], [got('a', 't1')]).lost).toEqual([{ mailbox: 'm01', tag: 't2', objects: 1, deliveries: 0, by: 1 }]);
  });

  it('tells one that came under two ids, and lets it come twice under one', () => {
    expect(judgeReceiving([came(1)], [got('a', 't1'), got('b', 't1')]).doubled).toEqual([{ mailbox: 'm01', tag: 't1', objects: 1, deliveries: 2, by: 1 }]);
    expect(judgeReceiving([came(1)], [got('a', 't1'), got('a', 't1')])).toMatchObject({ repeated: 1, delivered: 1, doubled: [] });
  });

  it('wants two deliveries of a letter of which there are two', () => {
    expect(judgeReceiving([came(1, 'x'), came(2, 'x')], [got('a', 'x')]).lost).toMatchObject([{ objects: 2, deliveries: 1 }]);
    expect(judgeReceiving([came(1, 'x'), came(2, 'x')], [got('a', 'x'), got('b', 'x')])).toMatchObject({ expected: 2, lost: [], doubled: [] });
  });

  it('wants one delivery of an object that went out and came back', () => {
    const logs = [came(1), away(1), came(1)];
    expect(judgeReceiving(logs, [])).toMatchObject({ expected: 1, lost: [{ by: 1 }] });
    expect(judgeReceiving(logs, [got('a', 't1')])).toMatchObject({ lost: [], doubled: [] });
    expect(judgeReceiving(logs, [got('a', 't1'), got('b', 't1')])).toMatchObject({ doubled: [{ by: 1 }] });
  });

  it('takes either for right once somebody has taken an object away', () => {
    expect(judgeReceiving([came(1), away(1)], [])).toMatchObject({ expected: 0, optional: 1, lost: [] });
    expect(judgeReceiving([came(1), away(1)], [got('a', 't1')])).toMatchObject({ delivered: 1, doubled: [], unasked: [] });
  });

  it('tells deliveries of what was there before, or never was', () => {
    expect(judgeReceiving([{ event: 'before', mailbox: 'm01', object: 1, tag: 'old' }], [got('a', 'old'), got('b', 'dream')]).unasked).toMatchObject([{ tag: 'old' }, { tag: 'dream' }]);
  });

  it('counts mailboxes apart, though their objects have the same numbers', () => {
    expect(judgeReceiving([came(1, 'x', 'm01'), came(1, 'x', 'm02')], [got('a', 'x', 'm01'), got('b', 'x', 'm01')])).toMatchObject({ lost: [{ mailbox: 'm02' }], doubled: [{ mailbox: 'm01' }] });
  });

  it('tells an id under which two different messages came', () => {
    expect(judgeReceiving([came(1), came(2)], [got('a', 't1'), got('a', 't2')]).mixed).toEqual(['a']);
  });

  it('does not count what was sent', () => {
    expect(judgeReceiving([{ event: 'reached', object: 1, tag: 's1' }], [])).toMatchObject({ expected: 0, lost: [] });
  });
});
