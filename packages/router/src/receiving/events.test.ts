import { describe, expect, it } from 'vitest';
import { createEventHub } from './events.ts';

async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('events', () => {
  it('go to everybody who listens, in order, from then on', async () => {
    const hub = createEventHub<number>();
    hub.emit(0);
    const [one, two] = [hub.subscribe(), hub.subscribe()];
    hub.emit(1);
    const [first, second] = [collect(one), collect(two)];
    await Promise.resolve();
    hub.emit(2);
    await new Promise((resolve) => setImmediate(resolve));
    hub.close();
    expect(await first).toEqual([1, 2]);
    expect(await second).toEqual([1, 2]);
  });

  it('end with the signal, also while nothing happens', async () => {
    const hub = createEventHub<number>();
    const over = new AbortController();
    const listening = collect(hub.subscribe(over.signal));
    setImmediate(() => over.abort());
    expect(await listening).toEqual([]);
  });

  it('that nobody reads cost no more memory than the newest thousand', async () => {
    const hub = createEventHub<number>();
    const slow = hub.subscribe();
    for (let event = 0; event < 2_500; event += 1) hub.emit(event);
    expect(await slow.next()).toEqual({ done: false, value: 1_500 });
  });
});
