import { type AuthFinding, type AuthPlugin, type AuthProvider, type AuthStatus, type CredentialRequest, isMailError, MailError, type MailTransport, type ProbeCheck, type Remedy, secret, type TransportPlugin } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { createConnections, type Diagnosis, type DiagnoseOptions, type Direction } from '../src/index.ts';
import { fakeAuth, fakeTransport, opened, routesOf, stillClock } from './support.ts';

const TEXT = `version: 1
organization: contoso
flows:
  scripted: { receive: { transport: scripted, auth: provider }, send: { transport: scripted, auth: provider } }
servers: { scripted: { host: mail.contoso.com } }
mailboxes:
  - { id: a, address: a@b.c, flow: scripted }
`;

interface Script {
  readonly open?: TransportPlugin['open'];
  readonly transport?: Partial<MailTransport>;
  readonly provider?: Partial<AuthProvider>;
  readonly credential?: (request: CredentialRequest) => Promise<never>;
  readonly openProvider?: AuthPlugin['open'];
  readonly scopes?: readonly string[];
}

const token = { kind: 'bearer', username: 'a@b.c', token: secret('t') } as const;
const ready: AuthStatus = { state: 'ready' };

/** A transport that asks for a credential, as every one does, before it is what the script says. */
async function diagnose(script: Script, direction: Direction = 'receive', options?: DiagnoseOptions, clock = stillClock): Promise<Diagnosis> {
  const transport = fakeTransport('scripted', {
    facets: ['receive', 'send'],
    async open(context, call) {
      await context.credentials.getCredential({ accept: ['bearer'], scopes: script.scopes ?? [], ...call });
      return script.open ? script.open(context, call) : { ...opened(['receive', 'send']), ...script.transport };
    },
  });
  const auth = fakeAuth('provider', {
    open:
      script.openProvider ??
      (async () => ({
        credentialsFor: () => ({ getCredential: async (request) => script.credential?.(request) ?? token }),
        status: async () => ready,
        revoke: async () => {},
        async [Symbol.asyncDispose]() {},
        ...script.provider,
      })),
  });
  const routes = await routesOf(TEXT, { plugins: [transport, auth] });
  const tokens = { read: async () => undefined, write: async () => {}, delete: async () => {}, update: async () => undefined };
  await using connections = createConnections({ routes, host: { clock, log: { log: () => {} }, tokens, fetchFor: () => fetch } });
  return await connections.diagnose('a', direction, options);
}

/** `reach ✔ … mailbox ✘access.denied folder –` */
const told = ({ rows }: Diagnosis): string =>
  rows.map(({ check, status, findings }) => `${check} ${{ pass: '✔', warning: '!', fail: '✘', skipped: '–' }[status]}${findings.map(({ error }) => error.code).join('+')}`).join(' ');

const probing = (...checks: readonly ProbeCheck[]): Partial<MailTransport> => ({ probe: { check: async () => ({ checks }) } });
const passed = (name: ProbeCheck['name']): ProbeCheck => ({ name, status: 'pass', durationMs: 1 });
const failing = (name: ProbeCheck['name'], code: MailError['code']): ProbeCheck => ({ name, status: 'fail', durationMs: 1, error: new MailError(code, 'no') });
const skipped = (name: ProbeCheck['name']): ProbeCheck => ({ name, status: 'skipped', durationMs: 0 });
const refusing = (code: MailError['code']) => () => Promise.reject(new MailError(code, 'no'));

describe('a diagnosis', () => {
  it('passes every check that means something for a credential without scopes', async () => {
    expect(told(await diagnose({}))).toBe('reach ✔ tls ✔ token ✔ protocol ✔ sign-in ✔ mailbox ✔ folder ✔');
    expect(told(await diagnose({ transport: probing(passed('send')) }, 'send'))).toBe('reach ✔ tls ✔ token ✔ protocol ✔ sign-in ✔ mailbox ✔ send ✔');
  });

  it('says nothing of sending where the transport did not try', async () => {
    expect(told(await diagnose({ transport: probing(passed('receive')) }, 'send'))).toBe('reach ✔ tls ✔ token ✔ protocol ✔ sign-in ✔ mailbox ✔');
  });

  it.each([
    ['unavailable', 'reach ✘unavailable tls – token ✔ protocol – sign-in – mailbox – folder –'],
    ['timeout', 'reach ✘timeout tls – token ✔ protocol – sign-in – mailbox – folder –'],
    ['tls.failed', 'reach ✔ tls ✘tls.failed token ✔ protocol – sign-in – mailbox – folder –'],
    ['auth.method-disabled', 'reach ✔ tls ✔ token ✔ protocol ✘auth.method-disabled sign-in – mailbox – folder –'],
    ['auth.rejected', 'reach ✔ tls ✔ token ✔ protocol ✔ sign-in ✘auth.rejected mailbox – folder –'],
    ['throttled', 'reach ✔ tls ✔ token ✔ protocol ✔ sign-in ✘throttled mailbox – folder –'],
    ['access.denied', 'reach ✔ tls ✔ token ✔ protocol ✔ sign-in ✔ mailbox ✘access.denied folder –'],
    ['mailbox.not-found', 'reach ✔ tls ✔ token ✔ protocol ✔ sign-in ✔ mailbox ✘mailbox.not-found folder –'],
  ] as const)('places %s of a transport that does not open', async (code, rows) => {
    expect(told(await diagnose({ open: refusing(code) }))).toBe(rows);
  });

  it.each([
    ['receive', [passed('reach'), failing('authenticate', 'unavailable'), skipped('receive')], 'sign-in ✘unavailable'],
    ['receive', [passed('reach'), passed('authenticate'), failing('receive', 'access.denied')], 'mailbox ✘access.denied'],
    ['receive', [passed('reach'), passed('authenticate'), passed('receive'), failing('mutate', 'access.denied')], 'mailbox ✘access.denied'],
    ['receive', [passed('receive'), failing('send', 'sender.refused')], 'folder ✔'],
    ['send', [passed('reach'), passed('authenticate'), failing('send', 'access.denied')], 'send ✘access.denied'],
    ['send', [failing('receive', 'access.denied'), passed('send')], 'send ✔'],
    ['send', [failing('receive', 'access.denied'), skipped('send')], 'mailbox ✘access.denied'],
    ['send', [passed('authenticate'), failing('receive', 'access.denied')], 'mailbox ✘access.denied'],
  ] as const)('when asked to %s, reads the probe: %j', async (direction, checks, row) => {
    expect(told(await diagnose({ transport: probing(...checks) }, direction))).toContain(row);
  });

  it('names every configured folder that is missing', async () => {
    const receive = { findFolder: async ({ role }: { role?: string }) => (role === 'inbox' ? { id: 'i', path: ['INBOX'] } : Promise.reject(new MailError('folder.not-found', 'no'))) };
    const script = { transport: { receive: receive as unknown as NonNullable<MailTransport['receive']> } };
    const found = await diagnose(script, 'receive', { folders: [{ role: 'inbox' }, { path: ['X'] }, { path: ['Y'] }] });
    expect(told(found)).toContain('mailbox ✔ folder ✘folder.not-found+folder.not-found');
  });

  it('tells a provider that has nothing to hand out from a server that refuses what it got', async () => {
    const none = await diagnose({ credential: refusing('auth.interaction-required') });
    expect(told(none)).toBe('reach – tls – token ✘auth.interaction-required protocol – sign-in – mailbox – folder –');
    const handedBack = await diagnose({
      credential: async ({ rejected }) => (rejected ? Promise.reject(new MailError('auth.interaction-required', 'no newer one')) : (token as never)),
      open: ({ credentials }) => credentials.getCredential({ accept: ['bearer'], rejected: token }) as never,
    });
    expect(told(handedBack)).toBe('reach ✔ tls ✔ token ✔ protocol ✔ sign-in ✘auth.interaction-required mailbox – folder –');
  });

  it('tells missing consent from a missing credential, by its remedy', async () => {
    const remedy: Remedy = { who: 'tenant-admin', action: 'grant-consent', text: 'Consent.' };
    const found = await diagnose({ credential: () => Promise.reject(new MailError('auth.interaction-required', 'no', { remedy })), provider: { inspect: async () => [] }, scopes: ['s'] });
    expect(told(found)).toBe('reach – tls – token – consent ✘auth.interaction-required permissions ✔ protocol – sign-in – mailbox – folder –');
    const listed = await diagnose({ credential: () => Promise.reject(new MailError('config.invalid', 'no', { remedy })), scopes: ['s'] });
    expect(told(listed)).toBe('reach – tls – token – consent – permissions ✘config.invalid protocol – sign-in – mailbox – folder –');
  });

  it('asks the provider about the scopes that the transport itself asked for, also when the server is out of reach', async () => {
    const asked: unknown[] = [];
    const inspect = async (_: unknown, { scopes }: { scopes: readonly string[] }): Promise<readonly AuthFinding[]> => (asked.push(scopes), []);
    expect(told(await diagnose({ scopes: ['read', 'write'], provider: { inspect }, open: refusing('unavailable') }))).toContain('reach ✘unavailable tls – token ✔ consent ✔ permissions ✔');
    expect(asked).toEqual([['read', 'write']]);
  });

  it('says which missing permission a refusal of the server follows from', async () => {
    const finding: AuthFinding = { severity: 'error', error: new MailError('access.denied', 'The token lacks a role.') };
    const { rows } = await diagnose({ scopes: ['s'], provider: { inspect: async () => [{ severity: 'warning', error: new MailError('access.denied', 'too much') }, finding] }, open: refusing('access.denied') });
    expect(rows.find(({ check }) => check === 'permissions')).toMatchObject({ status: 'fail', findings: [{ severity: 'error' }, { severity: 'warning' }] });
    expect(rows.find(({ check }) => check === 'mailbox')).toMatchObject({ status: 'fail', follows: 'permissions' });
  });

  it('warns of what ends within a month, and of nothing later', async () => {
    const remedy: Remedy = { who: 'operator', action: 'replace-credential', text: 'Renew.' };
    const ends = (days: number): AuthStatus => ({ state: 'ready', deadlines: [{ what: 'secret', at: new Date(days * 86_400_000), remedy }] });
    const near = await diagnose({ provider: { status: async () => ends(7) } });
    expect(near.rows.find(({ check }) => check === 'token')).toMatchObject({ status: 'warning', deadlines: [{ what: 'secret' }] });
    expect(told(await diagnose({ provider: { status: async () => ends(90) } }))).toContain('token ✔');
  });

  it('says so when the provider cannot be opened at all', async () => {
    expect(told(await diagnose({ openProvider: refusing('config.invalid') }))).toBe('reach – tls – token ✘config.invalid protocol – sign-in – mailbox – folder –');
  });

  it('calls an unexplained failure the mistake of a plugin', async () => {
    const { rows } = await diagnose({ transport: { probe: { check: () => Promise.reject(new TypeError('x')) } } });
    expect(rows.find(({ status }) => status === 'fail')?.findings[0]?.error).toMatchObject({ code: 'protocol.violation', remedy: { who: 'plugin-author' } });
  });

  it('gives up on a server that never answers, and closes what opens too late', async () => {
    const gate = Promise.withResolvers<void>();
    const late = Promise.withResolvers<string>();
    const asked = Promise.withResolvers<void>();
    let isAsked = false;
    // Time runs out for whatever waits while it opens, and for nothing after that.
    const limit = () => (isAsked ? new Promise<void>(() => {}) : asked.promise);
    const clock = { now: () => new Date(0), sleep: (ms: number) => (ms === 7 ? limit() : Promise.reject(new Error('no'))) };
    const open = async (): Promise<MailTransport> => {
      isAsked = true;
      asked.resolve();
      await gate.promise;
      return opened(['receive'], async () => late.resolve('closed'));
    };
    const remedy: Remedy = { who: 'operator', action: 'replace-credential', text: 'Renew.' };
    const status = async (): Promise<AuthStatus> => ({ state: 'ready', deadlines: [{ what: 'secret', at: new Date(0), remedy }] });
    expect(told(await diagnose({ open, provider: { status } }, 'receive', { limitMs: 7 }, clock))).toContain('reach ✘timeout tls – token !');
    gate.resolve();
    expect(await late.promise).toBe('closed');
  });

  it('rejects with the reason of an abort', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const script: Script = { open: (_, call) => (stop.abort(reason), call?.signal?.throwIfAborted() as never) };
    expect(await diagnose(script, 'receive', { signal: stop.signal }).catch((error: unknown) => error)).toBe(reason);
  });

  it('asks nothing of a credential where there is nothing to sign in to', async () => {
    const transport = fakeTransport('pickup', { facets: ['send'], credentials: [], open: async () => opened(['send']) });
    const text = 'version: 1\norganization: contoso\nflows: { drop: { send: { transport: pickup } } }\nservers: { pickup: { host: here } }\nmailboxes:\n  - { id: a, address: a@b.c, send: drop }\n';
    const routes = await routesOf(text, { plugins: [transport] });
    await using connections = createConnections({ routes, host: { clock: stillClock, log: { log: () => {} }, tokens: {} as never, fetchFor: () => fetch } });
    expect(told(await connections.diagnose('a', 'send'))).toBe('reach ✔ tls ✔ mailbox ✔');
  });

  it('throws what has no route', async () => {
    const error: unknown = await diagnose({}, 'receive').then(async () => {
      const routes = await routesOf(TEXT, { plugins: [] });
      return createConnections({ routes, host: { clock: stillClock, log: { log: () => {} }, tokens: {} as never, fetchFor: () => fetch } }).diagnose('a', 'receive').catch((thrown: unknown) => thrown);
    });
    expect(isMailError(error) && error.code).toBe('config.invalid');
  });
});
