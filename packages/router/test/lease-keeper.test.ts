import { type Holding, isRouterError } from '@signalbox/store';
import { describe, expect, it } from 'vitest';
import { createLeaseKeeper, type HeldLease, type LeaseRows, underLease } from '../src/leases/keeper.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A store that can be told how to answer. */
class Rows implements LeaseRows {
  epoch = 0;
  held = false;
  renewals = 0;
  answer: () => Promise<boolean> = async () => true;
  readonly holding = (): Holding => ({ mailbox: 'sales', direction: 'receive', epoch: this.epoch });

  async acquire() {
    if (this.held) return undefined;
    this.held = true;
    this.epoch += 1;
    return this.holding();
  }

  async keepAll() {
    this.renewals += 1;
    return (await this.answer()) ? [this.holding()] : [];
  }

  async release() {
    this.held = false;
  }
}

async function holding() {
  const [rows, clock] = [new Rows(), new VirtualClock()];
  const logged: string[] = [];
  const keeper = createLeaseKeeper({ rows, owner: 'me', clock, monotonic: clock.monotonic, log: { log: (_, event) => void logged.push(event) } });
  const lease = (await keeper.acquire('sales', 'receive')) as HeldLease;
  return { rows, clock, keeper, lease, logged };
}

const reasonOf = ({ signal }: HeldLease): unknown => (isRouterError(signal.reason) ? signal.reason.code : signal.reason);

describe('a lease', () => {
  it('is kept every five seconds, and nobody else gets it meanwhile', async () => {
    const { rows, clock, keeper, lease } = await holding();
    await clock.advance(60_000);
    expect(rows.renewals).toBe(12);
    expect(await keeper.acquire('sales', 'receive')).toBeUndefined();
    lease.check();
    await lease[Symbol.asyncDispose]();
    expect(rows.held).toBe(false);
  });

  it('is lost at once when the store says that somebody else has it', async () => {
    const { rows, clock, lease, logged } = await holding();
    rows.answer = async () => false;
    await clock.advance(5_000);
    expect(reasonOf(lease)).toBe('lease.lost');
    expect(logged).toEqual(['lease.lost']);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('down'))],
    ['hangs', () => new Promise<boolean>(() => {})],
  ])('is lost ten seconds after the last confirmation when the store %s', async (_, answer) => {
    const { rows, clock, lease } = await holding();
    await clock.advance(5_000);
    rows.answer = answer;
    await clock.advance(9_900);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(200);
    expect(reasonOf(lease)).toBe('lease.lost');
  });

  it('outlives a short outage of the store', async () => {
    const { rows, clock, lease } = await holding();
    rows.answer = () => Promise.reject(new Error('down'));
    await clock.advance(6_000);
    rows.answer = async () => true;
    await clock.advance(20_000);
    expect(lease.signal.aborted).toBe(false);
  });

  it('counts as lost for a process that was frozen, before any of its timers runs', async () => {
    const { clock, lease } = await holding();
    clock.freeze(12_000);
    expect(() => lease.check()).toThrow(/not confirmed in time/);
    expect(lease.signal.aborted).toBe(true);
  });

  it('is not given another life by an answer that was on its way too long', async () => {
    const { rows, clock, lease } = await holding();
    const late = Promise.withResolvers<boolean>();
    rows.answer = () => late.promise;
    await clock.advance(5_000);
    clock.freeze(30_000);
    late.resolve(true);
    await clock.advance(0);
    expect(reasonOf(lease)).toBe('lease.lost');
  });

  it('is kept together with all others of the process, in one request', async () => {
    const clock = new VirtualClock();
    const names = new Map<string, Holding>();
    let requests = 0;
    const rows: LeaseRows = {
      async acquire(mailbox, direction) {
        const holding = { mailbox, direction, epoch: 1 };
        names.set(mailbox, holding);
        return holding;
      },
      async keepAll() {
        requests += 1;
        return [...names.values()];
      },
      release: async () => {},
    };
    const keeper = createLeaseKeeper({ rows, owner: 'me', clock, monotonic: clock.monotonic, log: { log: () => {} } });
    const leases = await Promise.all(Array.from({ length: 1_000 }, (_, index) => keeper.acquire(`m${index}`, 'receive')));
    names.delete('m7'); // somebody else has taken that one
    await clock.advance(30_000);
    expect(requests).toBe(6);
    expect(leases.filter((lease) => lease?.signal.aborted).map((lease) => lease?.mailbox)).toEqual(['m7']);
  });

  it('is not taken for lost by an answer that was asked for before it was had', async () => {
    const { rows, clock, keeper, lease } = await holding();
    const late = Promise.withResolvers<boolean>();
    rows.answer = () => late.promise;
    await clock.advance(5_000);
    rows.held = false;
    rows.epoch = 0;
    const other = await keeper.acquire('support', 'receive');
    rows.epoch = 1;
    late.resolve(false);
    await clock.advance(0);
    expect([lease.signal.aborted, other?.signal.aborted]).toEqual([true, false]);
  });

  it('aborts what runs under it when it is given back', async () => {
    const { lease } = await holding();
    const own = new AbortController();
    const signal = underLease(lease, own.signal);
    await lease[Symbol.asyncDispose]();
    expect(signal.aborted).toBe(true);
  });
});
