import { type AuthPlugin, isMailError, type Logger, MailError, type Plugin, type TransportPlugin } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRouter, type Router, type RouterHost } from '../src/index.ts';
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
  readonly router: Router;
}

async function openRouter(plugins?: (journal: Journal) => readonly Plugin[], host?: Partial<RouterHost>): Promise<Opened> {
  const journal: Journal = { events: [] };
  const routes = await routesOf(TEXT, { env: ENV, plugins: plugins?.(journal) ?? bundle(journal) });
  return { router: createRouter({ routes, host: hostWith(host) }), events: journal.events };
}

/** The usual plugins, one of them done differently. */
const withTransport = (overrides: Partial<TransportPlugin>) => (journal: Journal): readonly Plugin[] => [...bundle(journal).filter(({ name }) => name !== 'imap'), fakeTransport('imap', overrides, journal)];
const withPassword = (overrides: Partial<AuthPlugin>) => (journal: Journal): readonly Plugin[] => [
  ...bundle(journal).filter(({ name }) => name !== 'password'),
  fakeAuth('password', { issues: ['password'], config: passwordSettings, ...overrides }, journal),
];

const failureOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => error);

describe('the router', () => {
  it('opens one transport for both directions where they are the same, and two where they are not', async () => {
    const { router, events } = await openRouter();
    expect(await router.open('a', 'receive')).toBe(await router.open('a', 'send'));
    expect(await router.open('c', 'receive')).not.toBe(await router.open('c', 'send'));
    expect(events.filter((event) => event.startsWith('open ') && event.includes(' ', 5))).toEqual(['open cloud a', 'open imap c', 'open smtp c']);
    await router[Symbol.asyncDispose]();
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
      const { router } = await openRouter(noting, host);
      await router.open('c', 'receive');
      await router[Symbol.asyncDispose]();
    }
    expect(given).toEqual([callbacks, undefined]);
  });

  it('shares credentials between mailboxes whose settings are equal, secrets included', async () => {
    const { router, events } = await openRouter();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await router.open(id, 'receive');
    expect(events.filter((event) => event === 'open tenant')).toHaveLength(1);
    expect(events.filter((event) => event === 'open password')).toHaveLength(2);
    expect(await router.auth('c', 'receive')).toBe(await router.auth('d', 'receive'));
    expect(await router.auth('c', 'receive')).not.toBe(await router.auth('e', 'receive'));
    await router[Symbol.asyncDispose]();
  });

  it('opens once when asked twice at the same time', async () => {
    const { router, events } = await openRouter();
    const [first, second] = await Promise.all([router.open('c', 'receive'), router.open('c', 'receive'), router.auth('c', 'receive')]);
    expect(first).toBe(second);
    expect(events).toEqual(['open password', 'open imap c']);
    await router[Symbol.asyncDispose]();
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
    await using router = createRouter({ routes: await routesOf(text, { env: ENV, plugins: [...bundle(), pickup] }), host: hostWith() });
    await router.open('p', 'receive');
    expect(asked).toMatchObject([{ code: 'protocol.violation', remedy: { who: 'plugin-author' } }]);
    expect(await router.auth('p', 'receive')).toBeUndefined();
    expect(await router.auth('p', 'receive')).toBeUndefined();
  });

  it('closes transports before credentials, each once, and opens nothing afterwards', async () => {
    const { router, events } = await openRouter();
    await router.open('c', 'receive');
    await router[Symbol.asyncDispose]();
    await router[Symbol.asyncDispose]();
    expect(events).toEqual(['open password', 'open imap c', 'close imap c', 'close password']);
    expect(await failureOf(router.open('c', 'receive'))).toMatchObject({ code: 'transport.closed' });
    expect(await failureOf(router.auth('c', 'receive'))).toMatchObject({ code: 'transport.closed' });
  });

  it.each([
    ['nobody', 'receive', 'mailbox.not-found', 'no mailbox "nobody"'],
    ['f', 'receive', 'config.invalid', 'There is no flow "nowhere".'],
    ['d', 'send', 'capability.unsupported', 'not configured to send'],
  ] as const)('says why mailbox %s cannot %s: %s', async (id, direction, code, words) => {
    const { router } = await openRouter();
    const error = await failureOf(router.open(id, direction));
    expect(isMailError(error) && error.code).toBe(code);
    expect((error as MailError).remedy?.text).toMatch(/./);
    expect((error as MailError).message).toContain(words);
  });

  it('refuses a transport whose server lacks what the plugin promises', async () => {
    const { router } = await openRouter(withTransport({ open: async () => opened([]) }));
    expect(await failureOf(router.open('c', 'receive'))).toMatchObject({ code: 'capability.unsupported' });
  });

  it('tries again after a failure, which it passes on as it is', async () => {
    let attempts = 0;
    const failure = new MailError('unavailable', 'Not now.');
    const { router } = await openRouter(
      withTransport({
        async open() {
          attempts += 1;
          if (attempts === 1) throw failure;
          return opened(['receive']);
        },
      }),
    );
    expect(await failureOf(router.open('c', 'receive'))).toBe(failure);
    expect(await router.open('c', 'receive')).toHaveProperty('receive');
  });

  it('calls a failure that is no MailError the mistake of the plugin', async () => {
    const { router } = await openRouter(withPassword({ open: () => Promise.reject(new TypeError('x is undefined')) }));
    expect(await failureOf(router.open('c', 'receive'))).toMatchObject({ code: 'protocol.violation', remedy: { who: 'plugin-author' } });
  });

  it('lets one caller leave without taking the transport from the other', async () => {
    const gate = Promise.withResolvers<void>();
    const { router } = await openRouter(
      withTransport({
        async open(_, options) {
          await gate.promise;
          options?.signal?.throwIfAborted();
          return opened(['receive']);
        },
      }),
    );
    const leaving = new AbortController();
    const first = failureOf(router.open('c', 'receive', { signal: leaving.signal }));
    const second = router.open('c', 'receive');
    const reason = new Error('changed my mind');
    leaving.abort(reason);
    expect(await first).toBe(reason);
    gate.resolve();
    expect(await second).toHaveProperty('receive');
    expect(await failureOf(router.open('c', 'receive', { signal: leaving.signal }))).toBe(reason);
  });

  it('ends an opening that is under way when it is disposed, and closes what comes too late', async () => {
    const started = Promise.withResolvers<void>();
    const late: string[] = [];
    const { router, events } = await openRouter(
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
    const opening = failureOf(router.open('c', 'receive'));
    await started.promise;
    await router[Symbol.asyncDispose]();
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
    const { router } = await openRouter(withTransport({ open: () => new Promise(() => {}) }), { clock });
    void failureOf(router.open('c', 'receive'));
    await systemClock.sleep(5);
    await router[Symbol.asyncDispose]();
    expect(sleeps).toEqual([10_000]);
  });

  it('closes the rest when one does not close, and logs the failure without its words', async () => {
    const logged: unknown[] = [];
    const log: Logger = { log: (...entry) => void logged.push(entry) };
    const { router, events } = await openRouter(
      withTransport({ open: async () => opened(['receive'], () => Promise.reject(new Error('a secret is in here'))) }),
      { log },
    );
    await router.open('c', 'receive');
    await router.open('a', 'receive');
    await router[Symbol.asyncDispose]();
    expect(logged).toEqual([['warn', 'router.close-failed', { error: 'Error' }]]);
    expect(events).toContain('close cloud a');
  });

  it('hands plugins the network and a fetch of their route, and the credentials of their mailbox', async () => {
    const asked: unknown[] = [];
    const fetchOfRoute = (): Promise<Response> => Promise.reject(new Error('no network here'));
    const { router } = await openRouter(
      withTransport({
        async open(context) {
          asked.push(context.mailbox, context.fetch, context.network, context.config);
          return opened(['receive']);
        },
      }),
      { fetchFor: () => fetchOfRoute },
    );
    await router.open('c', 'receive');
    expect(asked).toEqual([{ id: 'c', address: 'c@b.c' }, fetchOfRoute, {}, { host: 'imap.contoso.com', tls: 'implicit' }]);
  });
});
