import { Socket } from 'node:net';
import { keptSource } from '@signalbox/tenant-sim';
import { type LocalProxy, makeLocalCertificate, startHttpProxy, startSocksProxy } from '@signalbox/local-servers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { complaints, type DoctorJson } from './doctor-world.ts';
import { type EntraWorld, openEntraWorld } from './entra-world.ts';
import { EXIT } from './io.ts';

const SUPPORT = 'support@contoso.test';
const MAILBOXES = ['sales', 'support', 'shared'];
const login = { username: 'signalbox', password: 'pr0xy: s3cret/%' };

const doorsOf = ({ tenant: { doors } }: EntraWorld) => [doors.entra!, doors.graph!, doors.imap!, doors.smtp!];

/** What `doctor` finds in three mailboxes on three flows. */
async function doctorFindsNothing(world: EntraWorld, network = 'ca: ca.pem'): Promise<void> {
  const { code, stdout, stderr } = await world.run(['doctor'], { network });
  expect([stderr, stdout]).toEqual(['', expect.stringContaining('All 3 mailboxes are in order.')]);
  expect(code).toBe(EXIT.ok);
}

/** New mail of all three comes, and nothing else is said. */
async function watchShowsNewMail(world: EntraWorld, network = 'ca: ca.pem'): Promise<void> {
  const stop = new AbortController();
  const deliver = (): void => {
    for (const mailbox of MAILBOXES) world.tenant.store.mailbox(`${mailbox}@contoso.test`)!.append('inbox', { source: keptSource(Buffer.from(`From: ada@example.org\r\nSubject: for ${mailbox}\r\n\r\nHi\r\n`)) });
  };
  const delivering = setInterval(deliver, 200); // a watch begins when it begins
  const onOutput = (stdout: string): void => {
    if (MAILBOXES.every((mailbox) => stdout.includes(`for ${mailbox}`))) stop.abort();
  };
  const { code, stderr } = await world.run(['watch'], { network, signal: AbortSignal.any([stop.signal, AbortSignal.timeout(15_000)]), onOutput });
  clearInterval(delivering);
  expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('✔ '))).toEqual(['Watching 3 mailboxes. Ctrl-C ends it.']);
  expect([code, stop.signal.aborted]).toEqual([EXIT.ok, true]);
}

/** The port of the other side of every connection that this process has made meanwhile. */
async function connectionsOf(work: () => Promise<void>): Promise<readonly (number | undefined)[]> {
  const ports: (number | undefined)[] = [];
  const proto = Socket.prototype as unknown as { connect: (this: Socket, ...args: readonly unknown[]) => Socket }; // its overloads say the same in four ways
  const real = proto.connect;
  using _spy = vi.spyOn(proto, 'connect').mockImplementation(function (this: Socket, ...args) {
    this.once('connect', () => ports.push(this.remotePort));
    return real.apply(this, args);
  });
  await work();
  return ports;
}

describe('in a network with proxies and an authority of its own', () => {
  let world: EntraWorld;
  beforeAll(async () => {
    world = await openEntraWorld();
    await world.signIn(SUPPORT);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const PROXIES: readonly (readonly [string, () => Promise<LocalProxy>])[] = [
    ['HTTP', () => startHttpProxy()],
    ['HTTP with a login', () => startHttpProxy({ login })],
    ['SOCKS', () => startSocksProxy()],
    ['SOCKS with a login', () => startSocksProxy({ login })],
  ];

  it.each(PROXIES)('doctor and watch reach Entra, Graph, IMAP and SMTP through the proxy and by no other way: %s', async (_name, startProxy) => {
    await using proxy = await startProxy();
    const network = `ca: ca.pem, proxy: '${proxy.url}'`;
    const ports = await connectionsOf(async () => {
      await doctorFindsNothing(world, network);
      await watchShowsNewMail(world, network);
    });
    const doors = doorsOf(world).map(({ port }) => port);
    expect(new Set(proxy.destinations)).toEqual(new Set(doors.map((port) => `localhost:${port}`)));
    // In this process the proxy's own connections are seen too: there is none beside them.
    const reached = ports.filter((port) => port !== undefined && doors.includes(port));
    expect(reached.length).toBe(proxy.destinations.length);
    expect(ports.filter((port) => port === proxy.port).length).toBe(proxy.destinations.length);
  });

  it('a mailbox goes by a proxy of its own, and a proxy too is trusted by the private authority', async () => {
    const certificate = await makeLocalCertificate();
    await using ofAll = await startHttpProxy({ login, certificate });
    await using ofScanner = await startSocksProxy();
    const scanner = `  - { id: scanner, address: scanner@contoso.test, flow: o365-imap-client-credentials, network: { proxy: '${ofScanner.url}' } }\n`;
    const network = `ca: [ca.pem, proxy.pem], proxy: '${ofAll.url}'`;
    const { code, stdout } = await world.run(['doctor', 'sales', 'scanner'], { network, files: { 'proxy.pem': certificate.certificate }, mailboxes: scanner });
    expect(stdout).toContain('All 2 mailboxes are in order.');
    expect(code).toBe(EXIT.ok);
    const [entra, graph, imap, smtp] = doorsOf(world).map(({ port }) => `localhost:${port}`);
    expect(new Set(ofAll.destinations)).toEqual(new Set([entra, graph]));
    expect(new Set(ofScanner.destinations)).toEqual(new Set([entra, imap, smtp]));
  });

  it.each([
    ['HTTP', () => startHttpProxy({ login })],
    ['SOCKS', () => startSocksProxy({ login })],
  ])('a proxy that wants another login is told as the proxy that it is, and neither login is shown: %s', async (_name, startProxy) => {
    await using proxy = await startProxy();
    const wrong = proxy.url.replace(/\/\/.*@/, '//signalbox:wr0ng-s3cret@');
    const { stdout, stderr } = await world.run(['doctor', 'sales', '--json', '--verbose'], { network: `ca: ca.pem, proxy: '${wrong}'` });
    const { mailboxes } = JSON.parse(stdout) as DoctorJson;
    expect(mailboxes[0]?.receive.checks.flatMap(({ findings }) => findings)).toMatchObject([{ code: 'unavailable', message: expect.stringContaining('proxy'), remedy: { who: 'operator', text: expect.stringContaining('user name and password of the proxy') } }]);
    expect(stdout + stderr).not.toMatch(/s3cret/);
    expect(proxy.destinations).toEqual([]);
  });

  it('without the authority Entra is not believed, whatever the way', async () => {
    await using proxy = await startHttpProxy();
    for (const network of ['', `proxy: '${proxy.url}'`]) {
      const found = await Promise.all(['sales', 'shared'].map((mailbox) => world.examine(mailbox, { network })));
      expect(found.flatMap(complaints)).toEqual(['sales', 'shared'].flatMap((mailbox) => [`${mailbox} receive token: tls.failed`, `${mailbox} send token: tls.failed`]));
    }
  });
});

describe('over IPv6', () => {
  it('doctor and watch reach Entra, Graph, IMAP and SMTP', async () => {
    await using world = await openEntraWorld({ host: '::1' });
    await world.signIn(SUPPORT);
    await doctorFindsNothing(world);
    await watchShowsNewMail(world);
    expect(doorsOf(world).map(({ host }) => host)).toEqual(['::1', '::1', '::1', '::1']);
  });

  it('so they do through a proxy that is asked for addresses', async () => {
    await using world = await openEntraWorld({ host: '::1' });
    await world.signIn(SUPPORT);
    await using proxy = await startHttpProxy();
    await doctorFindsNothing(world, `ca: ca.pem, proxy: '${proxy.url}'`);
    expect(new Set(proxy.destinations).size).toBe(4);
  });
});
