import { inspect } from 'node:util';
import type { NetworkSettings } from '@signalbox/core';
import { contentOf } from '@signalbox/kit';
import { type LocalProxy, makeLocalCertificate, startEagerProxy, startHttpProxy, startSilentServer, startSmtpServer, startSocksProxy } from '@signalbox/local-servers';
import { describe, expect, it } from 'vitest';
import { openSmtp } from '../src/transport.ts';
import { HandTurnedClock } from './hand-turned-clock.ts';
import { certificate, contextFor, failureOf, MAILBOX } from './open-scripted.ts';

const login = { username: 'signalbox', password: 'pr0xy: s3cret/%' };
const stranger = await makeLocalCertificate();

const PROXIES: readonly (readonly [string, () => Promise<LocalProxy>])[] = [
  ['HTTP', () => startHttpProxy()],
  ['HTTP with a login', () => startHttpProxy({ login })],
  ['HTTPS with a login', () => startHttpProxy({ login, certificate })],
  ['SOCKS', () => startSocksProxy()],
  ['SOCKS with a login', () => startSocksProxy({ login })],
];
const network = (proxy: string): NetworkSettings => ({ proxy, ca: [certificate.certificate] });

describe.each(PROXIES)('through a proxy: %s', (_name, startProxy) => {
  describe.each(['implicit', 'starttls'] as const)('with TLS %s', (tls) => {
    it('sends, and leaves it to the proxy to resolve the name', async () => {
      await using server = await startSmtpServer({ accounts: [{ username: MAILBOX.address, password: 'pass' }], certificate, tls });
      await using proxy = await startProxy();
      await using transport = await openSmtp(contextFor(server.port, { config: { tls }, network: network(proxy.url) }));
      const receipt = await transport.send?.dispatch({ envelope: { mailFrom: MAILBOX.address, rcptTo: ['ada@local.example'] }, content: contentOf(`Subject: x\r\n\r\n${'x\r\n'.repeat(100_000)}`) });
      expect(receipt?.accepted).toEqual(['ada@local.example']);
      expect(server.messages.map(({ size }) => size)).toEqual([300_014]);
      expect(new Set(proxy.destinations)).toEqual(new Set([`localhost:${server.port}`]));
      expect(proxy.destinations.length).toBe(server.connections.made);
    });

    it('trusts the server no more than without it', async () => {
      await using server = await startSmtpServer({ accounts: [], certificate: stranger, tls });
      await using proxy = await startProxy();
      const error = await failureOf(openSmtp(contextFor(server.port, { config: { tls }, network: network(proxy.url) })));
      expect(error).toMatchObject({ code: 'tls.failed', remedy: { text: expect.stringContaining('`ca`') } });
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
    const context = contextFor(587, { network: network(proxy.url.replace(/\/\/.*@/, '//signalbox:wr0ng-s3cret@')) });
    const error = await failureOf(openSmtp({ ...context, log: { log: (...entry) => void logged.push(entry) } }));
    expect(error).toMatchObject({ code: 'unavailable', retry: 'after-remedy', remedy: { who: 'operator', text: expect.stringContaining('proxy') } });
    expect(inspect([error, logged], { depth: 12, showHidden: true })).not.toMatch(/s3cret|c2lnbmFsYm94/); // nor in base64
  });
});

describe.each(['http', 'socks5'] as const)('a quick proxy: %s', (protocol) => {
  it('loses no greeting that comes together with its own answer', async () => {
    await using server = await startSmtpServer({ accounts: [{ username: MAILBOX.address, password: 'pass' }], certificate, tls: 'starttls' });
    await using proxy = await startEagerProxy(protocol, server.port);
    await using transport = await openSmtp(contextFor(server.port, { config: { tls: 'starttls' }, network: network(proxy.url) }));
    expect((await transport.probe.check()).checks.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass']);
  });
});

describe('a silent proxy', () => {
  it('is given up when the time to connect is over', async () => {
    await using proxy = await startSilentServer();
    const clock = new HandTurnedClock();
    const opening = failureOf(openSmtp(contextFor(587, { clock, config: { connectTimeoutMs: 10_000 }, network: network(`http://127.0.0.1:${proxy.port}`) })));
    await expect.poll(() => proxy.sockets.size).toBe(1);
    clock.turn(10_000);
    expect(await opening).toMatchObject({ code: 'timeout', retry: 'safe' });
    await expect.poll(() => proxy.sockets.size).toBe(0);
  });
});

it('refuses a proxy of a kind that mail cannot go through', async () => {
  await expect(openSmtp(contextFor(587, { network: network('socks4://127.0.0.1:1080') }))).rejects.toMatchObject({ code: 'config.invalid', remedy: { text: expect.stringContaining('socks5://') } });
});
