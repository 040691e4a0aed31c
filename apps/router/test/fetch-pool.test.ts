import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createFetchPool } from '../src/composition/fetch-pool.ts';

/** Answers each request with the number of the connection it came over. */
async function countingServer(): Promise<{ readonly url: string; readonly open: ReadonlySet<Socket> } & AsyncDisposable> {
  const numbers = new Map<Socket, number>();
  const open = new Set<Socket>();
  const server: Server = createServer((request, response) => response.end(String(numbers.get(request.socket))));
  server.on('connection', (socket) => {
    numbers.set(socket, numbers.size + 1);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    open,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

describe('the fetch that plugins get', () => {
  it('keeps its connections, and gives a request that closes its own another one', async () => {
    await using server = await countingServer();
    await using pool = createFetchPool();
    const fetch = pool.fetchFor({});
    const ask = async (headers: Record<string, string> = {}): Promise<string> => {
      const text = await (await fetch(server.url, { headers })).text();
      await new Promise((resolve) => void setImmediate(resolve)); // a connection is free a moment after its answer is read
      return text;
    };
    expect([await ask(), await ask(), await ask({ connection: 'close' }), await ask()]).toEqual(['1', '1', '2', '1']);
    await expect.poll(() => server.open.size).toBe(1);
  });

  it('ends what nobody reads with the pool', async () => {
    await using server = await countingServer();
    const pool = createFetchPool();
    await pool.fetchFor({})(server.url, { headers: { connection: 'close' } });
    await pool[Symbol.asyncDispose]();
    await expect.poll(() => server.open.size).toBe(0);
  });
});
