import { once } from 'node:events';
import { connect } from 'node:net';
import type { Logger } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { freePort } from '@signalbox/local-servers';
import { openReceiver, type Receiver } from './receiver.ts';

const PUBLIC = 'https://mail.contoso.example/hooks';

interface World {
  readonly receiver: Receiver;
  /** As the reverse proxy passes on what was called at a public address. */
  readonly call: (address: string, init?: RequestInit) => Promise<{ readonly status: number; readonly text: string; readonly type: string | null }>;
  readonly port: number;
  readonly logged: readonly unknown[];
}

async function withReceiver(test: (world: World) => Promise<void>): Promise<void> {
  const port = await freePort();
  const logged: unknown[] = [];
  const log: Logger = { log: (level, event, fields) => void logged.push([level, event, fields]) };
  await using receiver = await openReceiver({ publicUrl: PUBLIC, listen: { host: '127.0.0.1', port }, log });
  const call: World['call'] = async (address, init = { method: 'POST' }) => {
    const { pathname, search } = new URL(address);
    const response = await fetch(`http://127.0.0.1:${port}${pathname}${search}`, init);
    return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
  };
  await test({ receiver, call, port, logged });
}

const accepted = async () => ({ status: 202 });

describe('a receiver of calls', () => {
  it('hands over the query, decoded, and the body of whatever type, and answers what it is told', () =>
    withReceiver(async ({ receiver, call }) => {
      const calls: unknown[] = [];
      await using address = await receiver.open(async (given) => {
        calls.push(given);
        return given.query['validationToken'] === undefined ? { status: 202 } : { status: 200, text: given.query['validationToken'] };
      });
      expect(address.url).toMatch(/^https:\/\/mail\.contoso\.example\/hooks\/[\w-]{43}$/);
      expect(await call(`${address.url}?validationToken=${encodeURIComponent('<b>a b+c%</b>')}`)).toEqual({ status: 200, text: '<b>a b+c%</b>', type: 'text/plain; charset=utf-8' });
      for (const type of ['application/json', 'application/json; charset=utf-8', 'text/plain', 'x/y']) expect(await call(address.url, { method: 'POST', body: '{"value":', headers: { 'content-type': type } })).toMatchObject({ status: 202, text: '' });
      expect(calls).toEqual([{ query: { validationToken: '<b>a b+c%</b>' }, body: '' }, ...Array.from({ length: 4 }, () => ({ query: {}, body: '{"value":' }))]);
    }));

  it('gives each its own address, which is nobody\'s once it is disposed of', () =>
    withReceiver(async ({ receiver, call }) => {
      const first = await receiver.open(accepted);
      await using second = await receiver.open(async () => ({ status: 200, text: 'second' }));
      expect((await call(first.url)).status).toBe(202);
      await first[Symbol.asyncDispose]();
      expect(await call(first.url)).toMatchObject({ status: 404, text: '' });
      expect(await call(second.url)).toMatchObject({ status: 200, text: 'second' });
    }));

  it.each([
    ['POST', '/'],
    ['POST', '/hooks'],
    ['POST', '/hooks/'],
    ['POST', '/hooks/guessed'],
    ['GET', '/hooks'],
    ['GET', ''],
    ['PUT', ''],
    ['OPTIONS', ''],
    ['POST', '/x'],
    ['POST', '/%E0%A4%A'],
    ['GET', '/health/'],
    ['POST', '/health'],
    ['HEAD', '/health'],
  ])('has nothing to say to %s of "%s"', (method, path) =>
    withReceiver(async ({ receiver, call }) => {
      await using address = await receiver.open(accepted);
      const url = path.startsWith('/') && path !== '/x' ? `https://mail.contoso.example${path}` : `${address.url}${path}`;
      expect(await call(url, { method, ...(method === 'POST' && { body: 'x' }) })).toMatchObject({ status: 404, text: '' });
    }));

  it('tells that it is there', () =>
    withReceiver(async ({ call }) => {
      expect(await call('https://mail.contoso.example/health', { method: 'GET' })).toEqual({ status: 200, text: 'ok\n', type: 'text/plain; charset=utf-8' });
    }));

  it('takes a mebibyte and no more', () =>
    withReceiver(async ({ receiver, call }) => {
      const lengths: number[] = [];
      await using address = await receiver.open(async ({ body }) => (lengths.push(body.length), { status: 202 }));
      expect((await call(address.url, { method: 'POST', body: 'x'.repeat(1_048_576) })).status).toBe(202);
      expect(await call(address.url, { method: 'POST', body: 'x'.repeat(1_048_577) })).toMatchObject({ status: 413, text: '' });
      expect(lengths).toEqual([1_048_576]);
    }));

  it('answers 500, and logs no word of it, where the answer fails or does not come', () =>
    withReceiver(async ({ receiver, call, logged }) => {
      await using failing = await receiver.open(async () => Promise.reject(new Error('with a secret')));
      await using hanging = await receiver.open(() => new Promise(() => {}));
      expect(await Promise.all([call(failing.url), call(hanging.url)])).toMatchObject([{ status: 500, text: '' }, { status: 500, text: '' }]);
      expect(logged).toEqual([['warn', 'callbacks.answer-failed', { code: 'internal' }], ['warn', 'callbacks.answer-failed', { code: 'timeout' }]]);
    }));

  it('closes with connections still open', async () => {
    const port = await freePort();
    const receiver = await openReceiver({ publicUrl: PUBLIC, listen: { host: '127.0.0.1', port }, log: { log() {} } });
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await receiver[Symbol.asyncDispose]();
    await closed;
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow('fetch failed');
  });

  it('waits until its addresses are given up, but not for ever', () =>
    withReceiver(async ({ receiver }) => {
      const address = await receiver.open(accepted);
      let left = false;
      const leaving = receiver.vacated(60_000).then(() => void (left = true));
      await Promise.resolve();
      expect(left).toBe(false);
      await address[Symbol.asyncDispose]();
      await leaving;
      await using _kept = await receiver.open(accepted);
      await receiver.vacated(10);
    }));
});
