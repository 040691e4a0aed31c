import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeWords } from './exchange-words.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import type { Faults } from './proxied-connection.ts';

/** Greets, then says everything back. */
let echo: Server;
let target = 0;

beforeAll(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  target = (echo.address() as AddressInfo).port;
});

afterAll(() => new Promise<void>((resolve) => void echo.close(() => resolve())));

const GREETING = '* OK [CAPABILITY IMAP4rev1] ready\r\n';

class Client {
  readonly socket: Socket;
  text = '';
  error: string | undefined;
  closed = false;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' });
    this.socket.on('data', (chunk) => (this.text += chunk.toString('latin1')));
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.error = error.code));
    this.socket.on('close', () => (this.closed = true));
  }

  async until(condition: (client: Client) => boolean): Promise<this> {
    for (let left = 200; left > 0 && !condition(this); left--) await sleep(10);
    if (!condition(this)) throw new Error(`It never came to that; the client has read "${this.text}". ${this.error ?? ''}`);
    return this;
  }

  greeting(): Promise<this> {
    return this.until(({ text }) => text === GREETING);
  }
}

async function withProxy(faults: Faults, use: (proxy: FaultProxy, client: Client) => Promise<void>): Promise<void> {
  await using proxy = await startFaultProxy({ target, faults });
  const client = new Client(proxy.port);
  await use(proxy, client);
  client.socket.destroy();
}

describe('fault proxy', () => {
  it('passes bytes both ways while it has no faults', () =>
    withProxy({}, async (proxy, client) => {
      await client.greeting();
      client.socket.write('hello');
      await client.until(({ text }) => text === `${GREETING}hello`);
      expect(proxy).toMatchObject({ live: 1, seen: 1 });
      client.socket.end();
      await client.until(({ closed }) => closed);
    }));

  it('delays by the latency', () =>
    withProxy({ latency: 150 }, async (_, client) => {
      const began = performance.now();
      await client.greeting();
      expect(performance.now() - began).toBeGreaterThan(140);
    }));

  it('ends the connection after so many bytes of one direction, in order', () =>
    withProxy({ cutAfter: { down: 4 } }, async (_, client) => {
      await client.until(({ closed }) => closed);
      expect(client).toMatchObject({ text: '* OK', error: undefined });
    }));

  it('resets the connection after so many bytes of one direction', () =>
    withProxy({ cutAfter: { up: 3 }, ending: 'rst' }, async (_, client) => {
      await client.greeting();
      client.socket.write('hello');
      await client.until(({ closed }) => closed);
      expect(client.error).toBe('ECONNRESET');
    }));

  it('lets nothing pass while it is a black hole, and everything when it is healed', () =>
    withProxy({ blackhole: true }, async (proxy, client) => {
      await sleep(100);
      expect(client).toMatchObject({ text: '', closed: false });
      proxy.set({});
      await client.greeting();
    }));

  it('accepts and never answers while it hangs, healed or not, and forgets who leaves', () =>
    withProxy({ hang: true }, async (proxy, client) => {
      await sleep(100);
      proxy.set({});
      await sleep(50);
      expect(client).toMatchObject({ text: '', closed: false });
      await new Client(proxy.port).greeting();
      client.socket.end();
      await client.until(({ closed }) => closed);
    }));

  it('refuses with a reset', () =>
    withProxy({ refuse: true }, async (proxy, client) => {
      await client.until(({ closed }) => closed);
      expect(client).toMatchObject({ text: '', error: 'ECONNRESET' });
      expect(proxy).toMatchObject({ live: 0, seen: 1 });
    }));

  it('takes no more connections than it is told', () =>
    withProxy({ maxConnections: 1 }, async (proxy, client) => {
      await client.greeting();
      await new Client(proxy.port).until(({ closed }) => closed);
      expect(proxy).toMatchObject({ live: 1, seen: 2 });
    }));

  it('cuts what is open', () =>
    withProxy({}, async (proxy, client) => {
      await client.greeting();
      proxy.cut('rst');
      await client.until(({ closed }) => closed);
      expect(client.error).toBe('ECONNRESET');
    }));

  it('passes slices and rates whole', () =>
    withProxy({ slice: 7, rate: 100_000 }, async (_, client) => {
      const { text } = await client.greeting();
      expect(text).toBe(GREETING);
    }));

  it('spoils bytes', () =>
    withProxy({ corrupt: 1 }, async (_, client) => {
      await client.until(({ text }) => text.length === GREETING.length);
      expect(client.text[0]).not.toBe('*');
      expect(client.text.slice(1)).toBe(GREETING.slice(1));
    }));

  it('closes with connections open, twice', () =>
    withProxy({}, async (proxy, client) => {
      await client.greeting();
      await proxy.close();
      await proxy.close();
      await client.until(({ closed }) => closed);
      expect(proxy.live).toBe(0);
    }));
});

describe("Exchange's words", () => {
  it('take the capabilities out of greeting and login reply, and reword failures', () =>
    withProxy({ rewrite: exchangeWords }, async (_, client) => {
      await client.until(({ text }) => text === '* OK ready\r\n');
      client.socket.write('a1 OK [CAPABILITY IMAP4rev1] Logged in\r\na2 NO [AUTHENTICATIONFAILED] No.\r\n* BYE Server shutting down.\r\n');
      await client.until(({ text }) => text.includes('BYE'));
      expect(client.text).toBe('* OK ready\r\na1 OK AUTHENTICATE completed.\r\na2 NO AUTHENTICATE failed.\r\n* BYE Session invalidated - AccessTokenExpired\r\n');
    }));

  it('let a client in over the limit, only to refuse its commands', () =>
    withProxy({ rewrite: exchangeWords }, async (_, client) => {
      client.socket.write('a1 NO [LIMIT] Too many.\r\n');
      await client.until(({ text }) => text.includes('a1 OK AUTHENTICATE completed.'));
      client.socket.write('a2 NOOP\r\na3 NOOP\r\n');
      await client.until(({ closed }) => closed);
      expect(client.text).toContain('a3 BAD User is authenticated but not connected.\r\n* BYE Connection closed. 14\r\n');
    }));

  it('leave literals alone, wherever they are cut', () =>
    withProxy({ rewrite: exchangeWords, slice: 3 }, async (_, client) => {
      const fetched = '* 1 FETCH (BODY[] {29}\r\n* BYE Server shutting down.\r\n UID 7)\r\n';
      client.socket.write(fetched);
      await client.until(({ text }) => text.endsWith('UID 7)\r\n'));
      expect(client.text).toBe(`* OK ready\r\n${fetched}`);
    }));
});
