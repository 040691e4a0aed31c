import { inspect } from 'node:util';
import { type MailTransport, secret, type TransportContext } from '@signalbox/core';
import { collectBytes, systemClock } from '@signalbox/kit';
import { type LocalProxy, makeLocalCertificate, startEagerProxy, startHttpProxy, startImapServer, startSilentServer, startSocksProxy } from '@signalbox/local-servers';
import { describe, expect, it } from 'vitest';
import { type ImapConfig, imapConfig } from '../src/config.ts';
import { plugin } from '../src/index.ts';

const ADDRESS = 'robin@local.example';
const login = { username: 'signalbox', password: 'pr0xy: s3cret/%' };
const [certificate, stranger] = await Promise.all([makeLocalCertificate(), makeLocalCertificate()]);

const PROXIES: readonly (readonly [string, () => Promise<LocalProxy>])[] = [
  ['HTTP', () => startHttpProxy()],
  ['HTTP with a login', () => startHttpProxy({ login })],
  ['HTTPS with a login', () => startHttpProxy({ login, certificate })],
  ['SOCKS', () => startSocksProxy()],
  ['SOCKS with a login', () => startSocksProxy({ login })],
];

const openServer = (tls: ImapConfig['tls'], shown = certificate) => startImapServer({ username: ADDRESS, password: 'right', certificate: shown, tls });

const contextFor = (port: number, proxy: string, config: Partial<ImapConfig> = {}): TransportContext<ImapConfig> => ({
  mailbox: { id: 'robin', address: ADDRESS },
  config: imapConfig.parse({ host: 'localhost', port, ...config }),
  credentials: { getCredential: async () => ({ kind: 'password', username: ADDRESS, password: secret('right') }) },
  clock: systemClock,
  fetch: globalThis.fetch,
  network: { proxy, ca: [certificate.certificate] },
  log: { log() {} },
});
const open = (...parameters: Parameters<typeof contextFor>): Promise<MailTransport> => plugin.open(contextFor(...parameters));

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each(PROXIES)('through a proxy: %s', (_name, startProxy) => {
  describe.each(['implicit', 'starttls'] as const)('with TLS %s', (tls) => {
    it('reads, and leaves it to the proxy to resolve the name', async () => {
      await using server = await openServer(tls);
      await using proxy = await startProxy();
      const raw = Buffer.from(`Subject: x\r\n\r\n${'x\r\n'.repeat(100_000)}`);
      server.deliver(raw);
      await using transport = await open(server.port, proxy.url, { tls });
      for await (const { ref } of transport.receive?.list({ folder: 'INBOX' }) ?? []) {
        await using source = await transport.receive?.fetchRaw(ref);
        expect(source && (await collectBytes(source.bytes)).equals(raw)).toBe(true);
      }
      expect((await transport.probe.check()).checks.filter(({ status }) => status !== 'pass')).toEqual([]);
      expect(new Set(proxy.destinations)).toEqual(new Set([`localhost:${server.port}`]));
      expect.assertions(3);
    });

    it('trusts the server no more than without it', async () => {
      await using server = await openServer(tls, stranger);
      await using proxy = await startProxy();
      const error = await failureOf(open(server.port, proxy.url, { tls }));
      expect(error).toMatchObject({ code: 'tls.failed', remedy: { text: expect.stringContaining('`ca`') } });
      expect(server.commands.filter((line) => /LOGIN|AUTHENTICATE/i.test(line))).toEqual([]);
    });

    it('trusts a server that shows a certificate for another name no more than without it', async () => {
      await using server = await openServer(tls);
      await using proxy = await startProxy();
      await expect(open(server.port, proxy.url, { tls, servername: 'mail.example.test' })).rejects.toMatchObject({ code: 'tls.failed', remedy: { text: expect.stringContaining('servername') } });
    });
  });
});

describe.each([
  ['HTTP', () => startHttpProxy({ login })],
  ['SOCKS', () => startSocksProxy({ login })],
] as const)('a proxy that wants another login: %s', (_name, startProxy) => {
  it('is told as the proxy that it is, without either login in the error or the log', async () => {
    await using proxy = await startProxy();
    const logged: unknown[] = [];
    const context = contextFor(993, proxy.url.replace(/\/\/.*@/, '//signalbox:wr0ng-s3cret@'));
    const error = await failureOf(plugin.open({ ...context, log: { log: (...entry) => void logged.push(entry) } }));
    expect(error).toMatchObject({ code: 'unavailable', retry: 'after-remedy', remedy: { who: 'operator', text: expect.stringContaining('proxy') } });
    expect(inspect([error, logged], { depth: 12, showHidden: true })).not.toMatch(/s3cret|c2lnbmFsYm94/); // nor in base64
  });
});

describe.each(['http', 'socks5'] as const)('a quick proxy: %s', (protocol) => {
  it('loses no greeting that comes together with its own answer', async () => {
    await using server = await openServer('starttls');
    await using proxy = await startEagerProxy(protocol, server.port);
    await using transport = await open(server.port, proxy.url, { tls: 'starttls' });
    expect((await transport.probe.check()).checks.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass', 'pass']);
  });
});

describe('a silent proxy', () => {
  it('is given up when the time for an answer is over', async () => {
    await using proxy = await startSilentServer();
    expect(await failureOf(open(993, `socks5://127.0.0.1:${proxy.port}`, { commandTimeoutMs: 100 }))).toMatchObject({ code: 'timeout', retry: 'safe' });
    await expect.poll(() => proxy.sockets.size).toBe(0);
  });

  it('is left by an abort, with its reason', async () => {
    await using proxy = await startSilentServer();
    const stop = new AbortController();
    const opening = failureOf(plugin.open(contextFor(993, `http://127.0.0.1:${proxy.port}`), { signal: stop.signal }));
    await expect.poll(() => proxy.sockets.size).toBe(1);
    const reason = new Error('enough');
    stop.abort(reason);
    expect(await opening).toBe(reason);
    await expect.poll(() => proxy.sockets.size).toBe(0);
  });
});

it('refuses a proxy of a kind that mail cannot go through', async () => {
  await expect(open(993, 'socks4://127.0.0.1:1080')).rejects.toMatchObject({ code: 'config.invalid', remedy: { text: expect.stringContaining('socks5://') } });
});
