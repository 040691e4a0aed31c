import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AADSTS, type Tenant } from '@signalbox/tenant-sim';
import { complaints, failuresIn } from './doctor-world.ts';
import { CLIENT_ID, type EntraWorld, openEntraWorld, type RunOptions } from './entra-world.ts';
import { EXIT } from './io.ts';

const SALES = 'sales@contoso.test';
const SUPPORT = 'support@contoso.test';
const SHARED = 'shared@contoso.test';
const DAY = 86_400_000;

let world: EntraWorld;
let restore: () => void;
beforeAll(async () => {
  world = await openEntraWorld();
  await world.signIn(SUPPORT);
  restore = world.tenant.directory.remember();
});
afterEach(() => {
  restore();
  world.tenant.faults.clear();
});
afterAll(() => world[Symbol.asyncDispose]());

/** Both directions say the same of a credential. */
const bothWays = (mailbox: string, complaint: string): readonly string[] => ['receive', 'send'].map((direction) => `${mailbox} ${direction} ${complaint}`);

describe('doctor, of one application with three flows', () => {
  it('finds everything in order', async () => {
    const { code, stdout } = await world.run(['doctor']);
    expect(stdout).toContain('All 3 mailboxes are in order.');
    expect(code).toBe(EXIT.ok);
    const { mailboxes } = await world.examine('sales');
    expect(mailboxes[0]?.receive.checks.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'reach pass', 'tls pass', 'token pass', 'consent pass', 'permissions pass', 'protocol pass', 'sign-in pass', 'mailbox pass', 'folder pass',
    ]);
  });

  it('finds what the tests of incoming and outgoing mail find too', async () => {
    const incoming = await world.run(['test', 'incoming']);
    expect(incoming.stdout).toContain('All 3 mailboxes can receive.');
    for (const mailbox of ['sales', 'support', 'shared']) expect((await world.run(['test', 'outgoing', mailbox, '--to', 'ada@example.org'])).code).toBe(EXIT.ok);
    expect(world.tenant.mailFlow.outbound).toHaveLength(3);
  });

  it('shows whether Graph lets it send, which the test of incoming mail does not ask', async () => {
    const sending = async (): Promise<unknown> => (await world.examine('sales')).mailboxes[0]?.send.checks.find(({ check }) => check === 'send')?.status;
    expect(await sending()).toBe('pass');
    world.tenant.directory.updateApp(CLIENT_ID, { roles: [{ resource: 'graph', role: 'Mail.Read' }] });
    expect(await sending()).toBe('fail');
    const { code, stdout } = await world.run(['test', 'incoming', 'sales', '--json']);
    expect([code, (JSON.parse(stdout) as { mailboxes: { steps: { name: string }[] }[] }).mailboxes[0]?.steps.map(({ name }) => name)]).toEqual([EXIT.ok, ['reach', 'authenticate', 'receive']]);
  });
});

type Refusals = readonly (readonly [codes: readonly number[], complaint: string])[];
const each = (rows: Refusals): readonly (readonly [number, string])[] => rows.flatMap(([codes, complaint]) => codes.map((code) => [code, complaint] as const));

/** FACTS.md A10, row by row, as an application that acts as itself hears them. */
const AS_APPLICATION: Refusals = [
  [[7000215, 7000222, 700027, 50012, 700021, 700023, 700024, 50027, 700211, 700212, 700213, 700229], 'token: auth.rejected → client-secret'],
  [[7000218, 700025, 700016, 700011, 70001, 90002, 90038, 900382, 900432, 70011, 700022, 28002, 1002012, 100007, 50194, 9001023, 90124, 90130], 'token: config.invalid → register-application'],
  [[50049, 50059, 70003, 70005, 70007, 90014, 90023, 900144, 900561, 900971, 9000410, 9000411, 9002325, 9002327], 'token: config.invalid → register-application'],
  [[7000114], 'token: access.denied'],
  [[7000112], 'token: auth.rejected → enable-application'],
  [[500011, 50001, 650057], 'permissions: config.invalid → graph-permissions+admin-consent'],
  [[50196, 90055], 'token: throttled'],
  [[90006, 90024, 90033, 50033, 50087, 90012, 90090, 50000], 'token: unavailable'],
];

/** The same, as a renewal for somebody who signed in hears them. */
const FOR_A_PERSON: Refusals = [
  [[65001, 90094], 'consent: auth.interaction-required → admin-consent'],
  [[65004, 50076, 50079, 50072, 50074, 50078, 50158, 700082, 70008, 700084, 50173, 50132, 50133, 50089, 70043, 54005, 501481, 500121, 70000, 50058, 50013, 500133, 9002313, 70016, 70017, 70018, 70019], 'token: auth.interaction-required → sign-in'],
  [[53000, 53001, 53003, 530032, 530035, 50131, 50005], 'token: access.denied → conditional-access'],
  [[50126, 50055], 'token: auth.rejected → sign-in'],
  [[50034], 'token: auth.rejected'],
  [[50020], 'token: auth.wrong-account → sign-in'],
  [[7000112], 'token: auth.rejected → enable-application'],
  [[7000215, 7000222, 700027, 50012, 700021, 700023, 700024, 50027, 700211, 700212, 700213, 700229], 'token: auth.rejected'],
  [[50057, 50053], 'token: auth.rejected → account-state'],
  [[50011], 'token: config.invalid → public-client'],
  [[700005], 'token: config.invalid → register-application'],
];

/** They pass: an answer that comes later is as good. */
const TRANSIENT = new Set(AS_APPLICATION.flatMap(([codes, complaint]) => (/: (?:throttled|unavailable)$/.test(complaint) ? codes : [])));

describe('doctor, when Entra refuses', () => {
  it('has a row for every code that the tenant speaks', () => {
    const rows = new Set([...AS_APPLICATION, ...FOR_A_PERSON].flatMap(([codes]) => codes));
    expect(Object.keys(AADSTS).map(Number).filter((code) => !rows.has(code))).toEqual([]);
  });

  it.each(each(AS_APPLICATION))('an application with AADSTS%i, says %s', async (code, complaint) => {
    world.tenant.faults.set('entra.refuse', { code, app: CLIENT_ID });
    const found = await world.examine('sales');
    expect(complaints(found)).toEqual(bothWays('sales', complaint));
    expect(failuresIn(found).filter(({ remedy }) => !TRANSIENT.has(code) && !remedy?.text)).toEqual([]); // whatever lasts says who has to do what
    expect(JSON.stringify(found)).not.toContain('adapter-secret');
  });

  it.each(each(FOR_A_PERSON))('a person with AADSTS%i, says %s', async (code, complaint) => {
    world.tenant.clock.jump(DAY); // the access token is over, and has to be renewed
    world.tenant.faults.set('entra.refuse', { code, app: CLIENT_ID });
    const found = await world.examine('support');
    expect(complaints(found)).toEqual(bothWays('support', complaint));
    expect(failuresIn(found).filter(({ remedy }) => !remedy?.text)).toEqual([]);
  });

  it('says which lines make a new secret, and shows none', async () => {
    const { stdout } = await world.run(['doctor', 'sales'], { clientSecret: 'canary-secret' });
    expect(stdout.match(/OAuth: invalid_client AADSTS7000215/g)).toHaveLength(1);
    expect(stdout).toContain('credential: as above');
    expect(stdout).toContain(`$AppId = '${CLIENT_ID}'`);
    expect(stdout).toContain('az ad app credential reset --id $AppId --append');
    expect(stdout).not.toContain('canary');
  });
});

type Row = readonly [what: string, mailbox: string, provoke: (tenant: Tenant) => unknown, complaints: readonly string[], options?: RunOptions];

const app = (patch: Parameters<Tenant['directory']['updateApp']>[1]) => ({ directory }: Tenant) => directory.updateApp(CLIENT_ID, patch);

/** FACTS.md A2, C3, C4, D3 and E13: what only the token or the mail server tells. */
const ROWS: readonly Row[] = [
  [
    'nobody granted the application anything in Graph',
    'sales',
    app({ roles: [] }),
    ['sales receive permissions: access.denied → graph-permissions+admin-consent', 'sales receive mailbox: access.denied', 'sales send permissions: access.denied → graph-permissions+admin-consent', 'sales send mailbox: access.denied'],
  ],
  ['the application may read and not send', 'sales', app({ roles: [{ resource: 'graph', role: 'Mail.ReadWrite' }] }), [...bothWays('sales', 'permissions: access.denied → graph-permissions+admin-consent'), 'sales send send: access.denied']],
  ['RBAC for Applications lets it read and not send', 'sales', app({ roles: [], rbac: [{ role: 'Application Mail.ReadWrite', mailboxes: [SALES] }] }), ['sales send send: access.denied → mailbox-scope+test-mailbox-scope'], { settings: 'expectRbac: true' }],
  ['an Application Access Policy leaves the mailbox out', 'sales', ({ faults }) => faults.set('graph.out-of-scope', {}), bothWays('sales', 'mailbox: access.denied → access-policy+mailbox-scope+test-mailbox-scope')],
  ['RBAC for Applications grants the mailbox', 'sales', app({ roles: [], rbac: ['Application Mail.ReadWrite', 'Application Mail.Send'].map((role) => ({ role, mailboxes: [SALES] })) }), [], { settings: 'expectRbac: true' }],
  [
    'RBAC for Applications leaves the mailbox out',
    'sales',
    app({ roles: [], rbac: [{ role: 'Application Mail.ReadWrite', mailboxes: [SUPPORT] }] }),
    bothWays('sales', 'mailbox: access.denied → access-policy+mailbox-scope+test-mailbox-scope'),
    { settings: 'expectRbac: true' },
  ],
  ['a grant in Entra makes the scope worth nothing', 'sales', app({ rbac: [{ role: 'Application Mail.ReadWrite', mailboxes: [SALES] }] }), bothWays('sales', 'permissions: config.invalid → no-tenant-wide-grant'), { settings: 'expectRbac: true' }],
  ['IMAP and SMTP go beside a scope in Exchange', 'shared', () => {}, [], { settings: 'expectRbac: true' }],
  ['Graph knows no such mailbox', 'stranger', () => {}, ['stranger receive mailbox: mailbox.not-found → mailbox-exists'], { mailboxes: '  - { id: stranger, address: stranger@contoso.test, receive: o365-client-credentials }\n' }],
  ['the mailbox has no licence', 'sales', ({ directory }) => directory.updateUser(SALES, { licensed: false }), bothWays('sales', 'mailbox: mailbox.not-found → mailbox-exists')],
  [
    'a folder is not there',
    'archive',
    ({ directory }) => directory.addUser({ userPrincipalName: 'archive@contoso.test' }),
    ['archive receive folder: folder.not-found'],
    { mailboxes: '  - { id: archive, address: archive@contoso.test, receive: o365-client-credentials, folders: [inbox, Archive/2019] }\n' },
  ],
  ['Graph asks for fewer requests', 'sales', ({ faults }) => faults.set('http.refuse', { status: 429, retryAfter: 120, code: 'ApplicationThrottled' }), bothWays('sales', 'sign-in: throttled')],
  ['Graph is not available', 'sales', ({ faults }) => faults.set('http.refuse', { status: 503, retryAfter: 120 }), bothWays('sales', 'reach: unavailable')],
  ['Exchange does not know the application', 'shared', app({ inExchange: false }), ['shared receive sign-in: auth.rejected → exchange-service-principal', 'shared send sign-in: auth.rejected → exchange-service-principal+mailbox-permission+send-as']],
  [
    'the application may not sign in by IMAP',
    'shared',
    app({ roles: [{ resource: 'exchange', role: 'SMTP.SendAsApp' }] }),
    ['shared receive permissions: access.denied → exchange-permissions+admin-consent', 'shared receive sign-in: auth.rejected'],
  ],
  [
    'the application was not given the mailbox',
    'shared',
    ({ directory }) => directory.updateUser(SHARED, { delegates: [] }),
    ['shared receive mailbox: access.denied → mailbox-permission+imap-enabled', 'shared send sign-in: auth.rejected → exchange-service-principal+mailbox-permission+send-as'],
  ],
  ['SMTP AUTH is off', 'shared', ({ directory }) => directory.updateUser(SHARED, { smtpAuthDisabled: true }), ['shared send protocol: auth.method-disabled → smtp-auth']],
  ['IMAP is off', 'support', ({ directory }) => directory.updateUser(SUPPORT, { imapEnabled: false }), ['support receive mailbox: access.denied → imap-enabled+full-access-person']],
  ['nobody signed in yet', 'sales2', () => {}, bothWays('sales2', 'token: auth.interaction-required → sign-in'), { mailboxes: '  - { id: sales2, address: sales@contoso.onmicrosoft.com, flow: o365-on-behalf-of }\n' }],
  ['the secret is wrong', 'sales', () => {}, bothWays('sales', 'token: auth.rejected → client-secret'), { clientSecret: 'another' }],
  ['the secret ends soon', 'sales', () => {}, bothWays('sales', 'token: '), { settings: "secretExpiresAt: '2026-01-01'" }],
];

describe('doctor, when', () => {
  it.each(ROWS.map(([what, mailbox, provoke, expected, options = {}]) => ({ what, mailbox, provoke, expected, options })))('$what', async ({ mailbox, provoke, expected, options }) => {
    await provoke(world.tenant);
    expect(complaints(await world.examine(mailbox, options))).toEqual(expected);
  });
});
