import { describe, expect, it } from 'vitest';
import { FAULT_NAMES } from './catalogue.ts';
import { createFaultRegistry } from './registry.ts';

describe('the fault registry', () => {
  it('strikes as often as asked, and counts', () => {
    const faults = createFaultRegistry();
    faults.set('imap.omit-uid', { uid: 7 }, { times: 2 });
    expect([1, 2, 3].map(() => faults.take('imap.omit-uid', { folder: 'inbox' })?.uid)).toEqual([7, 7, undefined]);
    expect(faults.list()).toEqual([{ id: 1, name: 'imap.omit-uid', options: { uid: 7, folder: 'inbox' }, left: 0, struck: 2, active: false }]);
  });

  it('stands until it is disposed of, and can be looked at without being counted', () => {
    const faults = createFaultRegistry();
    const fault = faults.set('graph.lag', { ms: 3_000 });
    expect(faults.peek('graph.lag')).toEqual({ ms: 3_000 });
    expect(fault.struck).toBe(0);
    fault[Symbol.dispose]();
    expect(faults.peek('graph.lag')).toBeUndefined();
  });

  it('strikes only where it is meant to', () => {
    const faults = createFaultRegistry();
    faults.set('mailbox.full', { mailbox: 'Sales@Contoso.test' });
    expect(faults.peek('mailbox.full', { mailbox: 'support@contoso.test' })).toBeUndefined();
    expect(faults.peek('mailbox.full', { mailbox: 'sales@contoso.test' })).toBeDefined();
    expect(faults.peek('mailbox.full')).toBeUndefined();
  });

  it('asks the door whether a fault strikes there', () => {
    const faults = createFaultRegistry();
    faults.set('http.refuse', { path: 'sendMail$', status: 504, when: 'after' });
    const at = (url: string): unknown => faults.take('http.refuse', { door: 'graph' }, ({ path = '' }) => new RegExp(path).test(url))?.status;
    expect([at('/me/messages'), at('/me/sendMail')]).toEqual([undefined, 504]);
  });

  it('carries out at once what happens once, and tells when a fault ends', () => {
    const faults = createFaultRegistry();
    const jumps: number[] = [];
    let ends = 0;
    faults.onSet('clock.jump', ({ ms }) => jumps.push(ms) > 0);
    faults.onEnd('clock.jump', () => (ends += 1));
    faults.set('clock.jump', { ms: 5 }, { times: 1 });
    expect(jumps).toEqual([5]);
    expect(ends).toBe(1);
    expect(faults.list()[0]).toMatchObject({ struck: 1, active: false });
  });

  it('refuses options that make no sense', () => {
    const faults = createFaultRegistry();
    expect(() => faults.set('graph.lag', {} as never)).toThrow(/ms/);
    expect(() => faults.set('graph.lag', { ms: 1, milliseconds: 2 } as never)).toThrow(/milliseconds/);
    expect(faults.list()).toEqual([]);
  });

  it('has a name for each thing that can go wrong', () => expect(FAULT_NAMES.length).toBeGreaterThan(30));
});
