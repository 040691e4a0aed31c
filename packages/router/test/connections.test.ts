import { type AuthPlugin, isMailError, type Logger, MailError, type Plugin, type TransportPlugin } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Connections, createConnections, type RouterHost } from '../src/index.ts';
import { bundle, fakeAuth, fakeTransport, type Journal, opened, passwordSettings, routesOf, stillClock } from './support.ts';

const TEXT = `version: 1
organization: contoso
entra: { tenant: contoso.example, clientId: "1", clientSecret: "\${env:CLIENT}" }
servers: { imap: { host: imap.contoso.com }, smtp: { host: smtp.contoso.com } }
mailboxes:
  - { id: a, address: a@b.c, flow: cloud }
  - { id: b, address: b@b.c, flow: cloud }
  - { id: c, address: c@b.c, flow: basic, password: "\${env:PASS}" }
  - { id: d, address: d@b.c, receive: basic, password: "\${env:PASS}" }
  - { id: e, address: e@b.c, receive: basic, password: "\${env:OTHER}" }
  - { id: f, address: f@b.c, receive: nowhere }
`;
const ENV = { CLIENT: 'client', PASS: 'same password', OTHER: 'other password' };

const hostWith = (overrides: Partial<RouterHost> = {}): RouterHost => ({
  clock: stillClock,
  log: { log: () => {} },
  tokens: { read: async () => undefined, write: async () => {}, delete: async () => {}, update: async (_, change) => change(undefined) },
  fetchFor: () => () => Promise.reject(new Error('no network here')),
  ...overrides,
});

interface Opened extends Journal {
  readonly connections: Connections;
}

async function openConnections(plugins?: (journal: Journal) => readonly Plugin[], host?: Partial<RouterHost>): Promise<Opened> {
  const journal: Journal = { events: [] };
  const routes = await routesOf(TEXT, { env: ENV, plugins: plugins?.(journal) ?? bundle(journal) });
  return { connections: createConnections({ routes, host: hostWith(host) }), events: journal.events };
}

/** The usual plugins, one of them done differently. */
const withTransport = (overrides: Partial<TransportPlugin>) => (journal: Journal): readonly Plugin[] => [...bundle(journal).filter(({ name }) => name !== 'imap'), fakeTransport('imap', overrides, journal)];
const withPassword = (overrides: Partial<AuthPlugin>) => (journal: Journal): readonly Plugin[] => [
  ...bundle(journal).filter(({ name }) => name !== 'password'),
  fakeAuth('password', { issues: ['password'], config: passwordSettings, ...overrides }, journal),
];

const failureOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => error);

describe('connections', () => {
  it('opens one transport for both directions where they are the same, and two where they are not', async () => {
    const { connections, events } = await openConnections();
    expect(await connections.open('a', 'receive')).toBe(await connections.open('a', 'send'));
    expect(await connections.open('c', 'receive')).not.toBe(await connections.open('c', 'send'));
    expect(events.filter((event) => event.startsWith('open ') && event.includes(' ', 5))).toEqual(['open cloud a', 'open imap c', 'open smtp c']);
    await connections[Symbol.asyncDispose]();
  });

  it('gives plugins the way to be called back, where the host has one', async () => {
    const callbacks = { open: async () => Promise.reject(new Error('not called')) };
    const given: unknown[] = [];
    const noting = withTransport({
      async open(context) {
        given.push(context.callbacks);
        return opened(['receive']);
      },
    });
    for (const host of [{ callbacks }, {}]) {
      const { connections } = await openConnections(noting, host);
      await connections.open('c', 'receive');
      await connections[Symbol.asyncDispose]();
    }
    expect(given).toEqual([callbacks, undefined]);
  });

  it('shares credentials between mailboxes whose settings are equal, secrets included', async () => {
    const { connections, events } = await openConnections();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await connections.open(id, 'receive');
    expect(events.filter((event) => event === 'open tenant')).toHaveLength(1);
    expect(events.filter((event) => event === 'open password')).toHaveLength(2);
    expect(await connections.auth('c', 'receive')).toBe(await connections.auth('d', 'receive'));
    expect(await connections.auth('c', 'receive')).not.toBe(await connections.auth('e', 'receive'));
    await connections[Symbol.asyncDispose]();
  });

  it('opens once when asked twice at the same time', async () => {
    const { connections, events } = await openConnections();
    const [first, second] = await Promise.all([connections.open('c', 'receive'), connections.open('c', 'receive'), connections.auth('c', 'receive')]);
    expect(first).toBe(second);
    expect(events).toEqual(['open password', 'open imap c']);
    await connections[Symbol.asyncDispose]();
  });

  it('opens a transport that has nothing to sign in to, and lets it have no credential', async () => {
    const asked: unknown[] = [];
    const pickup = fakeTransport('pickup', {
      credentials: [],
      config: z.strictObject({ host: z.string() }),
      async open({ credentials }) {
        asked.push(await credentials.getCredential({ accept: ['password'] }).catch((error: unknown) => error));
        return opened(['receive']);
      },
    });
    const text = TEXT.replace('mailboxes:', 'flows: { drop: { receive: { transport: pickup } } }\nmailboxes:\n  - { id: p, address: p@b.c, receive: drop, servers: { pickup: { host: here } } }');
    await using connections = createConnections({ routes: await routesOf(text, { env: ENV, plugins: [...bundle(), pickup] }), host: hostWith() });
    await connections.open('p', 'receive');
    expect(asked).toMatchObject([{ code: 'protocol.violation', remedy: { who: 'plugin-author' } }]);
    expect(await connections.auth('p', 'receive')).toBeUndefined();
    expect(await connections.auth('p', 'receive')).toBeUndefined();
  });

  it('closes transports before credentials, each once, and opens nothing afterwards', async () => {
    const { connections, events } = await openConnections();
    await connections.open('c', 'receive');
    await connections[Symbol.asyncDispose]();
    await connections[Symbol.asyncDispose]();
    expect(events).toEqual(['open password', 'open imap c', 'close imap c', 'close password']);
    expect(await failureOf(connections.open('c', 'receive'))).toMatchObject({ code: 'transport.closed' });
    expect(await failureOf(connections.auth('c', 'receive'))).toMatchObject({ code: 'transport.closed' });
  });

  it.each([
    ['nobody', 'receive', 'mailbox.not-found', 'no mailbox "nobody"'],
    ['f', 'receive', 'config.invalid', 'There is no flow "nowhere".'],
    ['d', 'send', 'capability.unsupported', 'not configured to send'],
  ] as const)('says why mailbox %s cannot %s: %s', async (id, direction, code, words) => {
    const { connections } = await openConnections();
    const error = await failureOf(connections.open(id, direction));
    expect(isMailError(error) && error.code).toBe(code);
    expect((error as MailError).remedy?.text).toMatch(/./);
    expect((error as MailError).message).toContain(words);
  });

  it('refuses a transport whose server lacks what the plugin promises', async () => {
    const { connections } = await openConnections(withTransport({ open: async () => opened([]) }));
    expect(await failureOf(connections.open('c', 'receive'))).toMatchObject({ code: 'capability.unsupported' });
  });

  it('tries again after a failure, which it passes on as it is', async () => {
    let attempts = 0;
    const failure = new MailError('unavailable', 'Not now.');
    const { connections } = await openConnections(
      withTransport({
        async open() {
          attempts += 1;
          if (attempts === 1) throw failure;
          return opened(['receive']);
        },
      }),
    );
    expect(await failureOf(connections.open('c', 'receive'))).toBe(failure);
    expect(await connections.open('c', 'receive')).toHaveProperty('receive');
  });

  it('calls a failure that is no MailError the mistake of the plugin', async () => {
    const { connections } = await openConnections(withPassword({ open: () => Promise.reject(new TypeError('x is undefined')) }));
    expect(await failureOf(connections.open('c', 'receive'))).toMatchObject({ code: 'protocol.violation', remedy: { who: 'plugin-author' } });
  });

  it('lets one caller leave without taking the transport from the other', async () => {
    const gate = Promise.withResolvers<void>();
    const { connections } = await openConnections(
      withTransport({
        async open(_, options) {
          await gate.promise;
          options?.signal?.throwIfAborted();
          return opened(['receive']);
        },
      }),
    );
    const leaving = new AbortController();
    const first = failureOf(connections.open('c', 'receive', { signal: leaving.signal }));
    const second = connections.open('c', 'receive');
    const reason = new Error('changed my mind');
    leaving.abort(reason);
    expect(await first).toBe(reason);
    gate.resolve();
    expect(await second).toHaveProperty('receive');
    expect(await failureOf(connections.open('c', 'receive', { signal: leaving.signal }))).toBe(reason);
  });

  it('ends an opening that is under way when it is disposed, and closes what comes too late', async () => {
    const started = Promise.withResolvers<void>();
    const late: string[] = [];
    const { connections, events } = await openConnections(
      withTransport({
        async open(_, options) {
          started.resolve();
          await new Promise((resolve) => {
            options?.signal?.addEventListener('abort', resolve);
          });
          return opened(['receive'], async () => void late.push('closed'));
        },
      }),
    );
    const opening = failureOf(connections.open('c', 'receive'));
    await started.promise;
    await connections[Symbol.asyncDispose]();
    expect(await opening).toMatchObject({ code: 'transport.closed' });
    expect(late).toEqual(['closed']);
    expect(events.at(-1)).toBe('close password');
  });

  it('is not held up for ever by a plugin that does not listen', async () => {
    const sleeps: number[] = [];
    const clock = {
      now: () => new Date(0),
      async sleep(ms: number) {
        sleeps.push(ms);
      },
    };
    const { connections } = await openConnections(withTransport({ open: () => new Promise(() => {}) }), { clock });
    void failureOf(connections.open('c', 'receive'));
    await systemClock.sleep(5);
    await connections[Symbol.asyncDispose]();
    expect(sleeps).toEqual([10_000]);
  });

  it('closes the rest when one does not close, and logs the failure without its words', async () => {
    const logged: unknown[] = [];
    const log: Logger = { log: (...entry) => void logged.push(entry) };
    const { connections, events } = await openConnections(
      withTransport({ open: async () => opened(['receive'], () => Promise.reject(new Error('a secret is in here'))) }),
      { log },
    );
    await connections.open('c', 'receive');
    await connections.open('a', 'receive');
    await connections[Symbol.asyncDispose]();
    expect(logged).toEqual([['warn', 'connections.close-failed', { code: 'internal' }]]);
    expect(events).toContain('close cloud a');
  });

  it('hands plugins the network and a fetch of their route, and the credentials of their mailbox', async () => {
    const asked: unknown[] = [];
    const fetchOfRoute = (): Promise<Response> => Promise.reject(new Error('no network here'));
    const { connections } = await openConnections(
      withTransport({
        async open(context) {
          asked.push(context.mailbox, await context.fetch('https://graph.example').catch(String), context.network, context.config);
          return opened(['receive']);
        },
      }),
      { fetchFor: () => fetchOfRoute },
    );
    await connections.open('c', 'receive');
    expect(asked).toEqual([{ id: 'c', address: 'c@b.c' }, 'Error: no network here', {}, { host: 'imap.contoso.com', tls: 'implicit' }]);
  });
});
