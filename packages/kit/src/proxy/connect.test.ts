import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { type LocalProxy, makeLocalCertificate, startEagerProxy, startHttpProxy, startSilentServer, startSocksProxy } from '@signalbox/local-servers';
import { describe, expect, it } from 'vitest';
import { type ConnectThroughProxy, proxyConnector } from './connect.ts';

const [certificate, stranger] = await Promise.all([makeLocalCertificate(), makeLocalCertificate()]);
const login = { username: 'signalbox', password: 'pr0xy: s3cret/%' };

const PROXIES: readonly (readonly [string, () => Promise<LocalProxy>])[] = [
  ['HTTP', () => startHttpProxy()],
  ['HTTP with a login', () => startHttpProxy({ login })],
  ['HTTPS with a login', () => startHttpProxy({ login, certificate })],
  ['SOCKS', () => startSocksProxy()],
  ['SOCKS with a login', () => startSocksProxy({ login })],
];

function through(proxy: string): ConnectThroughProxy {
  const connect = proxyConnector({ proxy, ca: [certificate.certificate] });
  if (!connect) throw new Error('There is a proxy.');
  return connect;
}

/** Greets, and says everything again. */
async function startEcho(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).write('hello ');
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

async function read(socket: Socket, octets: number): Promise<string> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.length >= octets) break;
  }
  return text;
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** All that an error says, to whoever digs. */
const everythingIn = (error: unknown): string => `${inspect(error, { depth: 12, showHidden: true })} ${JSON.stringify(error)}`;

describe.each(PROXIES)('a proxy: %s', (_name, startProxy) => {
  it('carries what both sides say, and resolves the name itself', async () => {
    await using server = await startEcho();
    await using proxy = await startProxy();
    const socket = await through(proxy.url)({ host: 'localhost', port: server.port });
    socket.write('again');
    expect(await read(socket, 11)).toBe('hello again');
    socket.destroy();
    expect(proxy.destinations).toEqual([`localhost:${server.port}`]);
  });

  it('that cannot reach the server is an outage of the way there', async () => {
    const server = await startEcho();
    await server[Symbol.asyncDispose]();
    await using proxy = await startProxy();
    const error = await failureOf(through(proxy.url)({ host: '127.0.0.1', port: server.port }));
    expect(error).toMatchObject({ code: 'unavailable', retry: 'safe', affects: 'endpoint', message: expect.stringContaining('proxy'), remedy: { who: 'operator', action: 'fix-config' }, detail: { protocol: 'proxy' } });
    expect(everythingIn(error)).not.toContain('s3cret');
  });

  it('that is not there is an outage of the way there', async () => {
    const proxy = await startProxy();
    await proxy[Symbol.asyncDispose]();
    const error = await failureOf(through(proxy.url)({ host: 'localhost', port: 993 }));
    expect(error).toMatchObject({ code: 'unavailable', retry: 'safe', remedy: { who: 'operator' }, detail: { protocol: 'proxy', text: expect.stringContaining('ECONNREFUSED') } });
    expect(everythingIn(error)).not.toContain('s3cret');
  });
});

describe.each([
  ['HTTP', () => startHttpProxy({ login })],
  ['SOCKS', () => startSocksProxy({ login })],
] as const)('a proxy that wants a login: %s', (_name, startProxy) => {
  it.each([
    ['another one', '//signalbox:wr0ng-s3cret@'],
    ['one at all', '//'],
  ])('is out of reach until somebody gives %s', async (_what, userInfo) => {
    await using proxy = await startProxy();
    const error = await failureOf(through(proxy.url.replace(/\/\/.*@/, userInfo))({ host: 'localhost', port: 993 }));
    expect(error).toMatchObject({ code: 'unavailable', retry: 'after-remedy', affects: 'endpoint', remedy: { who: 'operator', text: expect.stringContaining('user name and password') } });
    expect(proxy.destinations).toEqual([]);
    expect(everythingIn(error)).not.toMatch(/s3cret|c2lnbmFsYm94/); // nor the login in base64
  });
});

describe('a proxy that speaks TLS', () => {
  it('is not trusted without its authority', async () => {
    await using proxy = await startHttpProxy({ login, certificate: stranger });
    const error = await failureOf(through(proxy.url)({ host: 'localhost', port: 993 }));
    expect(error).toMatchObject({ code: 'unavailable', remedy: { text: expect.stringContaining('certificate') } });
    expect(proxy.destinations).toEqual([]);
  });
});

describe.each(['http', 'socks5'] as const)('a quick proxy: %s', (protocol) => {
  it('loses no greeting that comes together with its own answer', async () => {
    await using server = await startEcho();
    await using proxy = await startEagerProxy(protocol, server.port);
    const socket = await through(proxy.url)({ host: 'localhost', port: server.port });
    await new Promise((resolve) => setTimeout(resolve, 50)); // nobody reads yet
    expect(await read(socket, 6)).toBe('hello ');
    socket.destroy();
  });
});

describe.each(['http', 'https', 'socks5'])('a silent proxy: %s', (protocol) => {
  it('is left by an abort, with its reason', async () => {
    await using proxy = await startSilentServer();
    const stop = new AbortController();
    const connecting = failureOf(through(`${protocol}://127.0.0.1:${proxy.port}`)({ host: 'localhost', port: 993 }, { signal: stop.signal }));
    await expect.poll(() => proxy.sockets.size).toBe(1);
    const reason = new Error('enough');
    stop.abort(reason);
    expect(await connecting).toBe(reason);
    await expect.poll(() => proxy.sockets.size).toBe(0);
  });

  it('is not even asked once the caller has given up', async () => {
    await using proxy = await startSilentServer();
    const reason = new Error('enough');
    expect(await failureOf(through(`${protocol}://127.0.0.1:${proxy.port}`)({ host: 'localhost', port: 993 }, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(proxy.sockets.size).toBe(0);
  });
});

describe('network settings', () => {
  it('without a proxy have no way through one', () => {
    expect(proxyConnector({})).toBeUndefined();
  });

  it('with a proxy of another kind are refused before anything is connected', () => {
    const refused = (): unknown => proxyConnector({ proxy: 'socks4://signalbox:s3cret@127.0.0.1:1080' });
    expect(refused).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });
});
