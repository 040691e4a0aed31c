import { describe, expect, it } from 'vitest';
import { createBeginnings } from '../src/receiving/beginnings.ts';
import { VirtualClock } from './virtual-clock.ts';

const { signal } = new AbortController();

/** Three that want one place, in this order. */
async function three() {
  const clock = new VirtualClock();
  const beginnings = createBeginnings(1, clock);
  const places: Disposable[] = [];
  for (let count = 0; count < 3; count += 1) void beginnings.enter(signal).then((place) => places.push(place));
  await clock.advance(0);
  return { clock, places, beginnings };
}

describe('mailboxes that begin to be read', () => {
  it('do so one after the other where there is one place', async () => {
    const { clock, places } = await three();
    expect(places).toHaveLength(1);
    places[0]?.[Symbol.dispose]();
    places[0]?.[Symbol.dispose]();
    await clock.advance(0);
    expect(places).toHaveLength(2);
  });

  it('wait five seconds at most for one whose server is silent', async () => {
    const { clock, places } = await three();
    await clock.advance(4_999);
    expect(places).toHaveLength(1);
    await clock.advance(1);
    expect(places).toHaveLength(2);
    places[0]?.[Symbol.dispose](); // it has begun after all, and has no place to give
    await clock.advance(0);
    expect(places).toHaveLength(2);
  });

  it('that are not wanted any more take no place', async () => {
    const { clock, places, beginnings } = await three();
    const stop = new AbortController();
    const fourth = beginnings.enter(stop.signal).catch((error: unknown) => error);
    stop.abort(new Error('removed'));
    expect(await fourth).toMatchObject({ message: 'removed' });
    await clock.advance(15_000);
    expect(places).toHaveLength(3);
  });
});
