import { secret, type TransportContext } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { plugin as graph } from '@signalbox/transport-graph';
import { describe, expect, it } from 'vitest';
import { createFetchPool } from '../src/composition/fetch-pool.ts';
import { type WebServer, webServer } from './web-server.ts';

/** Answers each request with the number of the connection it came over. */
async function countingServer(): Promise<WebServer> {
  const server: WebServer = await webServer((request, response) => response.end(String(server.numberOf(request.socket))));
  return server;
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

  it('goes the long way with what the lean one does not know', async () => {
    await using server = await webServer(({ url }, response) => (url === '/old' ? response.writeHead(301, { location: '/new' }).end() : response.end(url)));
    await using pool = createFetchPool();
    const fetch = pool.fetchFor({});
    const response = await fetch(`${server.url}/old`);
    expect([await response.text(), response.redirected, response.url]).toEqual(['/new', true, `${server.url}/new`]);
    await expect(fetch(server.url, { headers: { 'a b': 'c' } })).rejects.toBeInstanceOf(TypeError);
  });

  it('serves mailboxes that want one thing before the next of one that floods', async () => {
    const OTHERS = 200;
    const CONNECTIONS = 4;
    const FLOOD = 40;
    const asked: string[] = [];
    const released = Promise.withResolvers<void>();
    let begun = false;
    const under = { way: 0, most: 0 };
    await using server = await webServer(async ({ url = '' }, response) => {
      const user = /users\/(\w+)/.exec(url)?.[1] ?? '';
      if (begun) asked.push(user); // opening asks too
      under.most = Math.max(under.most, ++under.way);
      if (begun && user === 'flood') await released.promise;
      under.way -= 1;
      response.end('{"unreadItemCount":1}');
    });
    await using pool = createFetchPool({ connections: CONNECTIONS });
    await using open = new AsyncDisposableStack();
    const overPool = pool.fetchFor({});
    let waiting = 0;
    // All of them stand in the queue before the first is answered.
    const fetch: typeof overPool = (input, init) => {
      const answer = overPool((input as string).replace('https://graph.test', server.url), init);
      if (begun) waiting += 1;
      if (waiting === CONNECTIONS + OTHERS) released.resolve();
      return answer;
    };
    const mailbox = async (user: string) => {
      const context: Omit<TransportContext<unknown>, 'config'> = {
        mailbox: { id: user, address: `${user}@contoso.test` },
        credentials: { getCredential: async () => ({ kind: 'bearer', username: user, token: secret('token') }) },
        clock: systemClock,
        log: { log() {} },
        network: {},
        fetch,
      };
      const config = await graph.config['~standard'].validate({ baseUrl: 'https://graph.test/v1.0', user });
      if (config.issues) throw new Error(config.issues.map(({ message }) => message).join());
      return open.use(await graph.open({ ...context, config: config.value })).receive!;
    };

    const flood = await mailbox('flood');
    const others = await Promise.all(Array.from({ length: OTHERS }, (_, index) => mailbox(`m${index}`)));
    begun = true;
    const flooding = Promise.all(Array.from({ length: FLOOD }, () => flood.unread('inbox')));
    await expect.poll(() => asked.length).toBe(4);
    const counts = await Promise.all(others.map((other) => other.unread('inbox')));
    await flooding;

    expect(counts).toEqual(Array.from({ length: OTHERS }, () => 1));
    expect(under.most).toBe(CONNECTIONS);
    // The four that were there first, everybody else, and only then its next ones.
    expect(asked.map((user) => user === 'flood').lastIndexOf(false)).toBe(4 + OTHERS - 1);
    expect(asked.slice(4 + OTHERS)).toEqual(Array.from({ length: FLOOD - 4 }, () => 'flood'));
  });
});
