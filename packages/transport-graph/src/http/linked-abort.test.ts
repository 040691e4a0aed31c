import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createLinks } from './linked-abort.ts';

const reason = new Error('the caller has left');

function setting() {
  const [end, caller] = [new AbortController(), new AbortController()];
  return { end, caller, link: createLinks(end.signal) };
}

describe('a linked abort', () => {
  it('follows the caller, with the reason itself', () => {
    const { caller, link } = setting();
    using one = link(caller.signal);
    using other = link(undefined);
    caller.abort(reason);
    expect([one.signal.reason, other.signal.aborted]).toEqual([reason, false]);
  });

  it('follows the end of all, whoever called', () => {
    const { end, caller, link } = setting();
    using one = link(caller.signal);
    using other = link(undefined);
    end.abort(reason);
    expect([one.signal.reason, other.signal.reason, caller.signal.aborted]).toEqual([reason, reason, false]);
  });

  it('has aborted from the beginning where the caller or all had', () => {
    const { end, link } = setting();
    using late = link(AbortSignal.abort(reason));
    expect(late.signal.reason).toBe(reason);
    const closed = new Error('closed');
    end.abort(closed);
    using later = link(undefined);
    expect(later.signal.reason).toBe(closed);
  });

  it('aborts by itself without touching the others', () => {
    const { caller, link } = setting();
    using one = link(caller.signal);
    one.abort(reason);
    expect([one.signal.reason, caller.signal.aborted]).toEqual([reason, false]);
  });

  it('leaves no listener, and follows nobody, once it is disposed of', () => {
    const { end, caller, link } = setting();
    const one = link(caller.signal);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    one[Symbol.dispose]();
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    end.abort(reason);
    expect(one.signal.aborted).toBe(false);
  });
});
