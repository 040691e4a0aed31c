import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { abortable, abortableIterable, anySignal } from './abortable.ts';

const reason = new Error('the caller has left');
const never = async (): Promise<never> => new Promise<never>(() => {});
const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

const unhandled: unknown[] = [];
const noteUnhandled = (error: unknown): void => void unhandled.push(error);
const settleEverything = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', noteUnhandled);
});
afterEach(async () => {
  await settleEverything();
  process.off('unhandledRejection', noteUnhandled);
  if (unhandled.length > 0) throw new AggregateError(unhandled, 'A rejection was handled by nobody.');
});

async function collect<T>(source: AsyncIterable<T>): Promise<readonly T[]> {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
}

/** A source that counts what is done to it; after `values` it waits for ever. */
function watchedSource(values: readonly number[]): AsyncIterable<number> & { readonly asked: number; readonly closed: number } {
  const queue = [...values];
  const state = { asked: 0, closed: 0 };
  return {
    get asked() {
      return state.asked;
    },
    get closed() {
      return state.closed;
    },
    [Symbol.asyncIterator]: () => ({
      async next() {
        state.asked += 1;
        const value = queue.shift();
        return value === undefined ? never() : { done: false, value };
      },
      async return() {
        state.closed += 1;
        return never(); // closing a source that hangs may hang too
      },
    }),
  };
}

describe('abortable', () => {
  it('settles as the promise does when nothing aborts, leaving no listener', async () => {
    const { signal } = new AbortController();
    await expect(abortable(Promise.resolve('done'), signal)).resolves.toBe('done');
    await expect(abortable(Promise.reject(reason), signal)).rejects.toBe(reason);
    expect(listeners(signal)).toBe(0);
  });

  it('passes the promise through without a signal', async () => {
    await expect(abortable(Promise.resolve(1), undefined)).resolves.toBe(1);
  });

  it('rejects with the reason itself when aborted in flight, leaving no listener', async () => {
    const controller = new AbortController();
    const waiting = abortable(never(), controller.signal);
    expect(listeners(controller.signal)).toBe(1);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(listeners(controller.signal)).toBe(0);
  });

  it('rejects at once when already aborted, and the failure behind it is nobody’s', async () => {
    await expect(abortable(Promise.reject(new Error('late')), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('leaves a failure after the abort unheard', async () => {
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    const waiting = abortable(promise, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    reject(new Error('late'));
    await settleEverything();
    expect(unhandled).toEqual([]);
  });
});

describe('abortableIterable', () => {
  it('yields what the source yields and ends with it, without closing it again', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<number> {
      try {
        yield 1;
        yield 2;
      } finally {
        closed = true;
      }
    }
    const { signal } = new AbortController();
    await expect(collect(abortableIterable(source(), signal))).resolves.toEqual([1, 2]);
    expect([closed, listeners(signal)]).toEqual([true, 0]);
  });

  it('settles a pending next() on abort and closes a source that would wait for ever', async () => {
    const controller = new AbortController();
    const source = watchedSource([1]);
    const iterator = abortableIterable(source, controller.signal);
    await iterator.next();
    const pending = iterator.next();
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect([source.closed, listeners(controller.signal)]).toEqual([1, 0]);
  });

  it('asks the source for nothing more when the abort comes between two steps', async () => {
    const controller = new AbortController();
    const source = watchedSource([1, 2]);
    const iterator = abortableIterable(source, controller.signal);
    await iterator.next();
    controller.abort(reason);
    await expect(iterator.next()).rejects.toBe(reason);
    expect([source.asked, source.closed]).toEqual([1, 1]);
  });

  it('does not touch the source when aborted beforehand', async () => {
    const source = watchedSource([1]);
    await expect(abortableIterable(source, AbortSignal.abort(reason)).next()).rejects.toBe(reason);
    expect([source.asked, source.closed]).toEqual([0, 0]);
  });

  it('closes the source on break without waiting for it, leaving no listener', async () => {
    const { signal } = new AbortController();
    const source = watchedSource([1, 2]);
    for await (const value of abortableIterable(source, signal)) if (value === 1) break;
    expect([source.asked, source.closed, listeners(signal)]).toEqual([1, 1, 0]);
  });

  it('passes on the failure of the source', async () => {
    async function* source(): AsyncGenerator<number> {
      yield 1;
      throw reason;
    }
    await expect(collect(abortableIterable(source(), undefined))).rejects.toBe(reason);
  });
});

describe('anySignal', () => {
  it('is nothing for no signal and the signal itself for one', () => {
    const { signal } = new AbortController();
    expect([anySignal(), anySignal(undefined, undefined)]).toEqual([undefined, undefined]);
    expect(anySignal(undefined, signal)).toBe(signal);
  });

  it('aborts with the reason of the first of several', () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const signal = anySignal(first.signal, undefined, second.signal);
    expect(signal?.aborted).toBe(false);
    second.abort(reason);
    expect(signal?.reason).toBe(reason);
  });
});
