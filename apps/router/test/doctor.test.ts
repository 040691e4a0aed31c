import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalImapServer, makeLocalCertificate, startImapServer } from '@signalbox/local-servers';
import { type AuthProvider, defineAuth, MailError, type Plugin, secret } from '@signalbox/core';
import type { Tenant } from '@signalbox/tenant-sim';
import { complaints, type DoctorWorld, openDoctorWorld } from './doctor-world.ts';
import { EXIT, signalbox } from './io.ts';
import { scriptedAuth, scriptedPlugins } from './scripted.ts';
import { scriptedConfig, withConfig } from './workspace.ts';

const SALES = 'sales@contoso.test';
const SUPPORT = 'support@contoso.test';

/** Each sentence of Exchange Online that signing in or beginning a message can bring (FACTS.md C4). */
const ROWS: readonly (readonly [what: string, mailbox: string, provoke: (tenant: Tenant) => unknown, complaint: readonly string[]])[] = [
  ['IMAP refuses the password', 'sales', ({ directory }) => directory.updateUser(SALES, { password: 'another' }), ['sales receive sign-in: auth.rejected', 'sales send sign-in: auth.rejected']],
  ['IMAP takes no passwords any more', 'sales', ({ directory }) => directory.updateTenant({ basicAuth: { imap: false, smtp: true } }), ['sales receive protocol: auth.method-disabled']],
  ['IMAP refuses the token', 'support', ({ tokens }) => tokens.revoke(), ['support receive sign-in: auth.interaction-required', 'support send sign-in: auth.interaction-required']],
  ['IMAP is switched off for the mailbox', 'support', ({ directory }) => directory.updateUser(SUPPORT, { imapEnabled: false }), ['support receive mailbox: access.denied → imap-enabled+full-access-person']],
  ['the mailbox has no licence', 'support', ({ directory }) => directory.updateUser(SUPPORT, { licensed: false }), ['support receive mailbox: access.denied → imap-enabled+full-access-person', 'support send sign-in: auth.interaction-required']],
  ['the account may not open the shared mailbox', 'shared', ({ directory }) => directory.updateUser('shared@contoso.test', { delegates: [{ who: SALES, right: 'send-as' }] }), ['shared receive mailbox: access.denied → imap-enabled+full-access-person']],
  ['IMAP is not available', 'sales', ({ faults }) => faults.set('imap.refuse', { commands: 'AUTHENTICATE|LOGIN', answer: 'NO Server Unavailable. 15' }), ['sales receive reach: unavailable']],
  ['IMAP asks to come back later', 'sales', ({ faults }) => faults.set('imap.throttled', {}), ['sales receive sign-in: throttled']],
  ['SMTP AUTH is off for the mailbox', 'support', ({ directory }) => directory.updateUser(SUPPORT, { smtpAuthDisabled: true }), ['support send protocol: auth.method-disabled → smtp-auth']],
  ['SMTP AUTH is off for the tenant', 'support', ({ directory }) => directory.updateTenant({ smtpAuthDisabled: true }), ['support send protocol: auth.method-disabled → smtp-auth']],
  ['security defaults refuse the password', 'sales', ({ directory }) => directory.updateUser(SALES, { mfa: 'required' }), ['sales receive sign-in: auth.rejected', 'sales send protocol: auth.method-disabled']],
  ['SMTP takes no passwords any more', 'sales', ({ directory }) => directory.updateTenant({ basicAuth: { imap: true, smtp: false } }), ['sales send protocol: auth.method-disabled']],
  [
    'Conditional Access refuses the sign-in',
    'support',
    ({ faults }) => faults.set('smtp.refuse', { step: 'login', reply: '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully.' }),
    ['support send mailbox: access.denied → conditional-access'],
  ],
  ['too many connections send already', 'support', ({ faults }) => faults.set('smtp.throttled', {}), ['support send send: throttled']],
  ['SMTP has a temporary error', 'support', ({ faults }) => faults.set('smtp.refuse', { step: 'login', reply: '451 4.7.0 Temporary server error. Please try again later. PRX2' }), ['support send reach: unavailable']],
  [
    'the account may not send as the mailbox',
    'support',
    ({ faults }) => faults.set('smtp.refuse', { step: 'sender', reply: '554 5.2.252 SendAsDenied; support@contoso.test not allowed to send as support@contoso.test' }),
    ['support send send: sender.refused → send-as-person'],
  ],
  ['the account may sign in but not send', 'support', ({ faults }) => faults.set('smtp.refuse', { step: 'sender', reply: '530 5.7.57 Client not authenticated to send mail.' }), ['support send send: access.denied → smtp-auth']],
];

describe('doctor, on the simulated tenant', () => {
  let world: DoctorWorld;
  let restore: () => void;
  let stranger: LocalImapServer;
  beforeAll(async () => {
    stranger = await startImapServer({ username: SALES, password: 'sales-password', certificate: await makeLocalCertificate() });
    world = await openDoctorWorld(
      () => `  - { id: mistyped, address: mistyped@contoso.test, username: sales@contoso.test, receive: basic, password: '\${env:WRONG_PASSWORD}' }
  - { id: untrusted, address: untrusted@contoso.test, username: sales@contoso.test, receive: basic, password: '\${env:SALES_PASSWORD}', servers: { imap: { host: localhost, port: ${stranger.port} } } }
  - { id: nowhere, address: nowhere@contoso.test, username: sales@contoso.test, receive: basic, password: '\${env:SALES_PASSWORD}', servers: { imap: { host: localhost, port: 1, tls: implicit } } }
  - { id: folderless, address: folderless@contoso.test, username: sales@contoso.test, receive: basic, password: '\${env:SALES_PASSWORD}', folders: [inbox, Archive/2019] }
  - { id: tokenless, address: tokenless@contoso.test, receive: token, tokenFile: missing.token }
`,
    );
    restore = world.tenant.directory.remember();
  });
  afterEach(() => {
    restore();
    world.tenant.faults.clear();
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await stranger[Symbol.asyncDispose]();
  });

  it('finds nothing to complain of where everything is in order', async () => {
    const { code, stdout } = await world.doctor('sales', 'support', 'shared');
    expect(stdout).toContain('All 3 mailboxes are in order.');
    expect(stdout).not.toMatch(/[✘!] |To do/);
    expect(code).toBe(EXIT.ok);
    const { mailboxes } = await world.examine('support');
    expect(mailboxes[0]?.receive.checks.map(({ check, status }) => `${check} ${status}`)).toEqual(['reach pass', 'tls pass', 'token pass', 'protocol pass', 'sign-in pass', 'mailbox pass', 'folder pass']);
    expect(mailboxes[0]?.send.checks.map(({ check, status }) => `${check} ${status}`)).toEqual(['reach pass', 'tls pass', 'token pass', 'protocol pass', 'sign-in pass', 'mailbox pass', 'send pass']);
  });

  it.each([
    ['mistyped', 'mistyped receive sign-in: auth.rejected'],
    ['untrusted', 'untrusted receive tls: tls.failed'],
    ['nowhere', 'nowhere receive reach: unavailable'],
    ['folderless', 'folderless receive folder: folder.not-found'],
    ['tokenless', 'tokenless receive token: config.invalid'],
  ])('tells what keeps the mailbox "%s" from working', async (mailbox, complaint) => {
    const found = await world.examine(mailbox);
    expect(complaints(found)).toEqual([complaint]);
    expect(found).toMatchObject({ ok: false, failed: 1 });
    expect(JSON.stringify(found)).not.toMatch(/sales-password|battery-staple/);
  });

  it.each(ROWS.filter(([what]) => what !== 'IMAP refuses the token'))('tells when %s', async (_, mailbox, provoke, expected) => {
    await provoke(world.tenant);
    expect(complaints(await world.examine(mailbox))).toEqual(expected);
  });

  it('gives the lines to paste once for all mailboxes that need them', async () => {
    world.tenant.directory.updateUser(SUPPORT, { smtpAuthDisabled: true });
    world.tenant.directory.updateUser('shared@contoso.test', { smtpAuthDisabled: true });
    const { code, stdout } = await world.doctor();
    expect(code).toBe(EXIT.failed);
    const told = stdout.replaceAll(/\s+/g, ' ');
    expect(told).toContain('SMTP: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.');
    expect(told).toContain('Fix (the tenant administrator): Enable SMTP AUTH for this mailbox');
    expect(stdout.match(/To do: 1 below/g)).toHaveLength(2);
    expect(stdout).toContain(`1. Switch SMTP AUTH on for the mailboxes: support, shared`);
    expect(stdout).toContain(`
   PowerShell
     Connect-ExchangeOnline -ShowBanner:$false
     $Mailboxes = @(
       'support@contoso.test'
       'shared@contoso.test'
     )
     foreach ($Mailbox in $Mailboxes) {
       Set-CASMailbox -Identity $Mailbox -SmtpClientAuthenticationDisabled $false
     }
`);
    expect(stdout).toContain('7 of 8 mailboxes need attention.');
    expect(stdout).toContain('"signalbox folders folderless" lists those that there are.');
  });

  it('sends, marks and moves nothing', async () => {
    const mailbox = world.tenant.store.mailbox(SALES)!;
    const before = mailbox.folder('inbox')!.messages.length;
    await world.doctor('sales', 'support');
    expect(world.tenant.mailFlow.submitted).toEqual([]);
    expect(mailbox.folder('inbox')!.messages).toHaveLength(before);
  });

  // The last one: what was revoked stays void.
  it.each(ROWS.filter(([what]) => what === 'IMAP refuses the token'))('tells when %s', async (_, mailbox, provoke, expected) => {
    await provoke(world.tenant);
    expect(complaints(await world.examine(mailbox))).toEqual(expected);
  });
});

/** Answers as the test says. */
const authWith = (provider: Partial<AuthProvider>): Plugin =>
  defineAuth({
    ...(scriptedAuth as Extract<Plugin, { kind: 'auth' }>),
    issues: ['password'],
    open: async () => ({
      credentialsFor: ({ address }) => ({ getCredential: async () => ({ kind: 'password', username: address, password: secret('unused') }) }),
      status: async () => ({ state: 'ready' }),
      revoke: async () => {},
      async [Symbol.asyncDispose]() {},
      ...provider,
    }),
  });

describe('doctor', () => {
  const receiving = scriptedPlugins(async () => ({ receive: { findFolder: async () => ({ id: 'i', path: ['INBOX'] }) } as never, send: {} as never }));

  it('warns of what ends soon without calling it a failure', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales']));
    const at = new Date(Date.now() + 5.5 * 86_400_000);
    const remedy = { who: 'operator', action: 'replace-credential', text: 'Make a new secret.' } as const;
    const plugins = [receiving[0]!, authWith({ status: async () => ({ state: 'ready', deadlines: [{ what: 'secret', at, remedy }] }) })];
    const { code, stdout } = await signalbox(['doctor'], { cwd: workspace.folder, plugins });
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/^! sales/m);
    expect(stdout).toContain(`The client secret ends on ${at.toISOString().slice(0, 10)}, in 5 days. Make a new secret.`);
    expect(stdout).toContain('The mailbox is in order. 1 mailbox has a warning.');
  });

  it('goes on past a mailbox whose configuration is broken, and says where', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales', 'support']).replace('id: sales, address: sales@contoso.example, flow: scripted', 'id: sales, address: sales@contoso.example, flow: magic'));
    const { code, stdout } = await signalbox(['doctor'], { cwd: workspace.folder, plugins: receiving });
    expect(code).toBe(EXIT.failed);
    expect(stdout).toContain('There is no flow "magic".');
    expect(stdout).toMatch(/^✔ support/m);
    expect(stdout).toContain('1 of 2 mailboxes needs attention.');
  });

  it('never shows a secret, even one that a plugin let slip', async () => {
    await using workspace = await withConfig(scriptedConfig(['sales']).replace('flow: scripted }', "flow: scripted, password: '${env:PW}' }"));
    const leaking = scriptedPlugins(() => Promise.reject(new MailError('auth.rejected', 'refused hunter2-secret', { detail: { protocol: 'imap', text: 'LOGIN hunter2-secret' } })));
    for (const flags of [[], ['--json'], ['--verbose']]) {
      const { stdout, stderr } = await signalbox(['doctor', ...flags], { cwd: workspace.folder, plugins: leaking, env: { PW: 'hunter2-secret' } });
      expect(stdout).toContain('refused');
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });

  it('ends with 130 when it is interrupted', async () => {
    await using workspace = await withConfig(scriptedConfig(['stuck']));
    const stop = new AbortController();
    const plugins = scriptedPlugins(async (_mailbox, signal) => {
      stop.abort(new Error('enough'));
      signal?.throwIfAborted();
      return {};
    });
    expect((await signalbox(['doctor'], { cwd: workspace.folder, plugins, signal: stop.signal })).code).toBe(EXIT.interrupted);
  });
});
