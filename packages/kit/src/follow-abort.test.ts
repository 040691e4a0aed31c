import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { followAbort } from './follow-abort.ts';

const reason = new Error('the caller has left');

describe('an abort that follows others', () => {
  it('aborts with whichever is first, with its reason', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    using following = followAbort(one.signal, other.signal);
    other.abort(reason);
    one.abort(new Error('later'));
    expect(following.signal.reason).toBe(reason);
  });

  it('has aborted from the beginning where one of them had', () => {
    using following = followAbort(new AbortController().signal, AbortSignal.abort(reason));
    expect(following.signal.reason).toBe(reason);
  });

  it('aborts by itself without touching them', () => {
    const followed = new AbortController();
    using following = followAbort(followed.signal);
    following.abort(reason);
    expect([following.signal.reason, followed.signal.aborted]).toEqual([reason, false]);
  });

  it('leaves no listener, and follows nobody, once it is disposed of', () => {
    const followed = new AbortController();
    const following = followAbort(followed.signal);
    expect(getEventListeners(followed.signal, 'abort')).toHaveLength(1);
    following[Symbol.dispose]();
    expect(getEventListeners(followed.signal, 'abort')).toHaveLength(0);
    followed.abort(reason);
    expect(following.signal.aborted).toBe(false);
  });
});
