import { describe, expect, it } from 'vitest';
import { singleFlight } from './single-flight.ts';

const reason = new Error('the caller has left');

describe('single flight', () => {
  it('runs the work once for callers that come meanwhile', async () => {
    const flights = singleFlight<number>();
    const { promise, resolve } = Promise.withResolvers<number>();
    let runs = 0;
    const work = async (): Promise<number> => {
      runs += 1;
      return promise;
    };
    const calls = [flights.run('a', work), flights.run('a', work)];
    resolve(7);
    await expect(Promise.all(calls)).resolves.toEqual([7, 7]);
    expect(runs).toBe(1);
  });

  it('runs the work of another key beside it', async () => {
    const flights = singleFlight<string>();
    await expect(Promise.all([flights.run('a', async () => 'A'), flights.run('b', async () => 'B')])).resolves.toEqual(['A', 'B']);
  });

  it('runs again once the first call has ended, also by failing', async () => {
    const flights = singleFlight<number>();
    await expect(flights.run('a', async () => Promise.reject(reason))).rejects.toBe(reason);
    await expect(flights.run('a', async () => 1)).resolves.toBe(1);
    await expect(flights.run('a', async () => 2)).resolves.toBe(2);
  });

  it('turns work that throws at once into a rejection, and forgets it', async () => {
    const flights = singleFlight<number>();
    const work = (): Promise<number> => {
      throw reason;
    };
    await expect(flights.run('a', work)).rejects.toBe(reason);
    await expect(flights.run('a', async () => 1)).resolves.toBe(1);
  });

  it('ends the wait of the caller that aborts, and of no other', async () => {
    const flights = singleFlight<number>();
    const { promise, resolve } = Promise.withResolvers<number>();
    const controller = new AbortController();
    const leaving = flights.run('a', async () => promise, controller.signal);
    const staying = flights.run('a', async () => 0);
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    resolve(7);
    await expect(staying).resolves.toBe(7);
  });
});
