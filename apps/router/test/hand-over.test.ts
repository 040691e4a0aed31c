import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, MailError } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { RouterError } from '@signalbox/store';
import { describe, expect, it } from 'vitest';
import { createProgramConsumer } from '../src/hand-over/program.ts';
import { programEnvironment } from '../src/hand-over/program-environment.ts';
import type { Consumer, HandedDelivery } from '../src/hand-over/handed-delivery.ts';
import { handOver, type HandOverEvent } from '../src/hand-over/hand-over.ts';
import { ConsumerUnavailable } from '../src/hand-over/unavailable.ts';
import { fakeDelivery } from './delivery-fake.ts';

const NEVER = new AbortController().signal;

/** A program that does this. */
function program(script: string, { timeoutMs = 10_000, env = {} }: { readonly timeoutMs?: number; readonly env?: Readonly<Record<string, string>> } = {}): { consumer: Consumer; output: () => string } {
  let output = '';
  const consumer = createProgramConsumer({
    file: process.execPath,
    args: ['--input-type=module', '-e', script],
    cwd: '/',
    env,
    timeoutMs,
    onOutput: (chunk) => (output += chunk.toString('utf8')),
  });
  return { consumer, output: () => output };
}

async function* each(...deliveries: readonly HandedDelivery[]): AsyncGenerator<HandedDelivery> {
  yield* deliveries;
}

describe('a program', () => {
  it('gets the message on its standard input and the facts in its environment', async () => {
    const { consumer, output } = program(`
      const { SIGNALBOX_DELIVERY: id, SIGNALBOX_SUBJECT: subject, SIGNALBOX_FROM: from, SIGNALBOX_SIZE: size = 'none', SIGNALBOX_DELIVERY_JSON: json } = process.env;
      const chunks = await Array.fromAsync(process.stdin);
      console.log(JSON.stringify({ id, subject, from, size, receivedAt: JSON.parse(json).receivedAt, text: Buffer.concat(chunks).toString() }));
    `);
    await consumer.take(fakeDelivery({ id: 'd1', receivedAt: new Date('2026-11-25T08:00:00Z'), subject: 'nul \0 inside', from: ['a@example.com', 'b@example.com'], text: 'Subject: x\r\n\r\nHi\r\n' }), { signal: NEVER });
    expect(JSON.parse(output())).toEqual({ id: 'd1', subject: 'nul  inside', from: 'a@example.com, b@example.com', size: 'none', receivedAt: '2026-11-25T08:00:00.000Z', text: 'Subject: x\r\n\r\nHi\r\n' });
  });

  it('has taken a delivery when it ends with 0, also without reading it', async () => {
    const { consumer } = program('process.exit(0)');
    await consumer.take(fakeDelivery({ text: 'x'.repeat(5_000_000) }), { signal: NEVER });
    await expect(program('process.exit(3)').consumer.take(fakeDelivery(), { signal: NEVER })).rejects.toMatchObject({ code: 'message.refused', message: expect.stringContaining('with 3') as string });
  });

  it('is started for a subject of any length', async () => {
    const { consumer, output } = program('console.log(process.env.SIGNALBOX_SUBJECT.length)');
    await consumer.take(fakeDelivery({ subject: 'x'.repeat(1_000_000) }), { signal: NEVER });
    expect(output()).toBe('4096\n');
  });

  it('is not started for a message that is gone', async () => {
    const { consumer, output } = program('console.log("started")');
    const gone = fakeDelivery({ raw: () => Promise.reject(new MailError('message.not-found', 'It is gone.')) });
    await expect(consumer.take(gone, { signal: NEVER })).rejects.toMatchObject({ code: 'message.not-found' });
    expect(output()).toBe('');
  });

  it('has not taken half a message', async () => {
    async function* half(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('Subject: ');
      throw new MailError('connection.lost', 'The server hung up.');
    }
    const { consumer } = program('for await (const _ of process.stdin); process.exit(0)');
    const taking = consumer.take(fakeDelivery({ raw: async () => ({ bytes: half(), async [Symbol.asyncDispose]() {} }) }), { signal: NEVER });
    await expect(taking).rejects.toMatchObject({ code: 'connection.lost' });
  });

  it('is ended, with what it has started, when it takes too long', async () => {
    const { consumer, output } = program(
      `import { spawn } from 'node:child_process';
       spawn(process.execPath, ['-e', 'setInterval(() => console.log("alive"), 20)'], { stdio: 'inherit' });
       setInterval(() => {}, 1000);`,
      { timeoutMs: 1_000 },
    );
    await expect(consumer.take(fakeDelivery(), { signal: NEVER })).rejects.toMatchObject({ code: 'timeout' });
    await expect.poll(async () => {
      const before = output();
      await sleep(200);
      return output() === before;
    }).toBe(true);
    expect(output()).toContain('alive');
  });

  it('that is not there, or ends with 75, takes nothing now, whatever it is handed', async () => {
    await expect(program('process.exit(75)').consumer.take(fakeDelivery(), { signal: NEVER })).rejects.toMatchObject({ name: 'ConsumerUnavailable' });
    const consumer = createProgramConsumer({ file: '/nowhere/handler', args: [], cwd: '/', env: {}, timeoutMs: 1_000, onOutput() {} });
    await expect(consumer.take(fakeDelivery(), { signal: NEVER })).rejects.toMatchObject({ name: 'ConsumerUnavailable' });
  });

  it('inherits no secret of the router', () => {
    const env = { PATH: '/bin', SIGNALBOX_KEY: 'k', DATABASE_URL: 'postgres://u:p@h/d', SALES_PASSWORD: 'p', HOME: '/root' };
    expect(programEnvironment(env, "password: '${env:SALES_PASSWORD}'")).toEqual({ PATH: '/bin', HOME: '/root' });
  });
});

describe('handing over', () => {
  const collect = (): { events: HandOverEvent[]; emit: (event: HandOverEvent) => void } => {
    const events: HandOverEvent[] = [];
    return { events, emit: (event) => void events.push(event) };
  };
  const consumerOf = (take: (delivery: HandedDelivery) => Promise<void>): Consumer => ({ take });

  it('acknowledges what was taken, and gives back what was not, later each time', async () => {
    const deliveries = [fakeDelivery({ id: 'good' }), fakeDelivery({ id: 'bad' }), fakeDelivery({ id: 'worse', attempt: 4 })];
    const consumer = consumerOf(async ({ id }) => {
      if (id !== 'good') throw new MailError('message.refused', 'No.');
    });
    const { events, emit } = collect();
    await handOver({ deliveries: each(...deliveries), consumer, atOnce: 1, clock: systemClock, drain: NEVER, emit });
    expect(deliveries.map(({ notes }) => notes)).toEqual([['ack'], ['nack 1000 No. (message.refused)'], ['nack 8000 No. (message.refused)']]);
    expect(events.map(({ kind }) => kind)).toEqual(['taken', 'refused', 'refused']);
  });

  it('gives back with the code of what went wrong', async () => {
    const delivery = fakeDelivery();
    const consumer = consumerOf(async () => Promise.reject(new MailError('message.not-found', 'It is gone.')));
    await handOver({ deliveries: each(delivery), consumer, atOnce: 1, clock: systemClock, drain: NEVER, emit() {} });
    expect(delivery.notes).toEqual(['nack 1000 It is gone. (message.not-found)']);
  });

  it('has so many in hand at the same time, and no more', async () => {
    let [now, most] = [0, 0];
    const consumer = consumerOf(async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
    });
    await handOver({ deliveries: each(...Array.from({ length: 20 }, (_, index) => fakeDelivery({ id: `d${index}` }))), consumer, atOnce: 4, clock: systemClock, drain: NEVER, emit() {} });
    expect([now, most]).toEqual([0, 4]);
  });

  it('keeps what is in hand for as long as that takes, and no longer', async () => {
    const taken = Promise.withResolvers<void>();
    let now = 0;
    const extended: number[] = [];
    let visibleUntil = new Date(60_000);
    const delivery = {
      ...fakeDelivery({ id: 'long' }),
      get visibleUntil() {
        return visibleUntil;
      },
      async extend() {
        extended.push(now);
        if (extended.length === 2) throw new MailError('unavailable', 'The store is busy.');
        if (extended.length === 4) taken.resolve();
        visibleUntil = new Date(now + 60_000);
        return visibleUntil;
      },
    };
    const clock: Clock = { now: () => new Date(now), sleep: async (ms) => void (now += ms) };
    await handOver({ deliveries: each(delivery), consumer: consumerOf(() => taken.promise), atOnce: 1, clock, drain: NEVER, emit() {} });
    expect(extended.slice(0, 4)).toEqual([30_000, 60_000, 75_000, 105_000]); // the third sooner, as the second failed
    const count = extended.length;
    await sleep(5);
    expect([extended.length, delivery.notes]).toEqual([count, ['ack']]);
  });

  it('pauses while the consumer takes nothing, and counts that against no delivery', async () => {
    const slept: number[] = [];
    let now = 0;
    const clock: Clock = { now: () => new Date(now), sleep: async (ms, signal) => (signal === NEVER ? void (slept.push(ms), (now += ms)) : new Promise((resolve) => signal?.addEventListener('abort', () => resolve()))) };
    const options: unknown[] = [];
    const deliveries = ['a', 'b', 'c'].map((id) => fakeDelivery({ id, nack: async (given) => void options.push(given) }));
    let broken = 2;
    const consumer = consumerOf(async () => {
      if ((broken -= 1) >= 0) throw new ConsumerUnavailable('The disk is full.');
    });
    const { events, emit } = collect();
    await handOver({ deliveries: each(...deliveries), consumer, atOnce: 1, clock, drain: NEVER, emit });
    expect(slept).toEqual([1_000, 2_000]);
    expect(options).toEqual([1_000, 2_000].map((delayMs) => ({ delayMs, reason: 'The disk is full.', uncounted: true })));
    expect(events.map(({ kind }) => kind)).toEqual(['unavailable', 'unavailable', 'taken']);
  });

  it('waits for what has begun when no more comes, also when that is a failure', async () => {
    const delivery = fakeDelivery();
    async function* broken(): AsyncGenerator<HandedDelivery> {
      yield delivery;
      throw new Error('the store is gone');
    }
    const consumer = consumerOf(() => new Promise((resolve) => setTimeout(resolve, 20)));
    await expect(handOver({ deliveries: broken(), consumer, atOnce: 4, clock: systemClock, drain: NEVER, emit() {} })).rejects.toThrow('the store is gone');
    expect(delivery.notes).toEqual(['ack']);
  });

  it('goes on when an acknowledgement fails, or comes too late to be refused', async () => {
    const late = fakeDelivery({ id: 'late', nack: () => Promise.reject(new RouterError('receipt.stale', 'Too late.')) });
    const unheard = fakeDelivery({ id: 'unheard', ack: () => Promise.reject(new MailError('unavailable', 'The store is busy.')) });
    const { events, emit } = collect();
    const consumer = consumerOf(async ({ id }) => {
      if (id === 'late') throw new Error('no');
    });
    await handOver({ deliveries: each(late, unheard, fakeDelivery({ id: 'last' })), consumer, atOnce: 1, clock: systemClock, drain: NEVER, emit });
    expect(events.map((event) => `${event.kind} ${'delivery' in event ? event.delivery.id : ''}`)).toEqual(['refused late', 'unacknowledged unheard', 'taken last']);
  });
});
