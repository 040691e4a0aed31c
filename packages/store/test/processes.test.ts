import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { nextLine, startChild } from './child/start.ts';
import { makePlace } from './world.ts';

/** Takes each token once, as a token service that rotates them. */
async function startTokenService(): Promise<AsyncDisposable & { readonly url: string; readonly requests: string[] }> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    requests.push(body);
    await sleep(100);
    response.end(`fresh ${requests.length}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('several processes on one store', () => {
  it('send one request when they renew at once', { timeout: 30_000 }, async () => {
    await using place = await makePlace();
    await using service = await startTokenService();
    const { tokens } = await place.open();
    await tokens.write('token', secret('stale'));
    await using children = disposable([0, 1, 2].map(() => startChild('renew.ts', { directory: place.directory, service: service.url, startAt: Date.now() + 2000 })));
    const said = await Promise.all(children.all.map(async (child) => [await nextLine(child), await nextLine(child), await child.ended]));
    expect(said).toEqual([0, 1, 2].map(() => ['ready', 'fresh 1', 0]));
    expect(service.requests).toEqual(['stale']);
    expect((await tokens.read('token'))?.reveal()).toBe('fresh 1');
  });

  it('make the key and the database once when they all come first', { timeout: 30_000 }, async () => {
    await using place = await makePlace();
    await using children = disposable([0, 1, 2].map((from) => startChild('write.ts', { directory: place.directory, keys: 1000, from })));
    for (const child of children.all) expect(await nextLine(child)).toMatch(/^\d$/);
    for (const child of children.all) await child.kill();
    const { tokens } = await place.open();
    for (const key of ['record 0', 'record 1', 'record 2']) expect(await tokens.read(key)).toBeDefined();
  });
});

const disposable = <T extends AsyncDisposable>(all: readonly T[]): AsyncDisposable & { readonly all: readonly T[] } => ({
  all,
  async [Symbol.asyncDispose]() {
    for (const each of all) await each[Symbol.asyncDispose]();
  },
});
