import { describe, expect, it } from 'vitest';
import { startTenant, type Tenant, type TenantOptions } from '../src/index.ts';
import { bearer, openImap, SALES } from './imap-client.ts';
import { exchangeToken, openSmtp, type SmtpDialogue } from './smtp-client.ts';
import { lineLike, SASL_VECTORS } from './vector-text.ts';

// Every text of FACTS.md C4, on the wire, and how a tenant comes to say it; and the limits of C6.

const SUPPORT = 'support@contoso.test';

interface SmtpRow {
  /** What has to be so before the client connects. */
  readonly given?: (tenant: Tenant) => unknown;
  readonly options?: TenantOptions;
  readonly ask: (client: SmtpDialogue & { readonly greeting: string }, tenant: Tenant) => Promise<string>;
}

const byPassword: SmtpRow['ask'] = (client) => client.login();
const byToken: SmtpRow['ask'] = async (client, tenant) => client.xoauth2(await exchangeToken(tenant));
const setUp = (set: (directory: Tenant['directory']) => unknown) => ({ given: ({ directory }: Tenant) => set(directory) });
const refuse = (step: 'connection' | 'login' | 'content', reply: string) => ({ given: ({ faults }: Tenant) => faults.set('smtp.refuse', { step, reply }) });
/** A mailbox has no setting of its own: the tenant's decides. */
const switchedOff = setUp((directory) => {
  const { smtpAuthDisabled: _, ...user } = directory.user(SALES)!;
  directory.removeUser(SALES);
  directory.addUser(user);
  directory.updateTenant({ smtpAuthDisabled: true });
});
const switchedOffForMailbox = setUp((directory) => directory.updateUser(SALES, { smtpAuthDisabled: true }));

/** By the text up to the server's name, as `15-smtp-errors.json` has it. What no state of a tenant brings about, a fault does. */
const SMTP: Readonly<Record<string, readonly SmtpRow[]>> = {
  '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.': [
    { ...switchedOff, ask: byPassword },
    { ...switchedOff, ask: byToken },
    { given: ({ faults }) => faults.set('smtp.auth-disabled', { scope: 'tenant' }), ask: byToken },
  ],
  '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.': [
    { ...switchedOffForMailbox, ask: byPassword },
    { ...switchedOffForMailbox, ask: byToken },
  ],
  '535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.': [
    { ask: (client) => client.login('wrong') },
    { ...setUp((directory) => directory.updateUser(SALES, { enabled: false })), ask: byPassword },
  ],
  "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.": [{ ...setUp((directory) => directory.updateUser(SALES, { mfa: 'required' })), ask: byPassword }],
  '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.': [{ given: ({ faults }) => faults.set('entra.mfa-required'), ask: byPassword }],
  '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.': [{ ...refuse('login', '535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [TENANTSIM.PROD.OUTLOOK.COM]'), ask: byPassword }],
  '535 5.7.3 Authentication unsuccessful': [
    { ask: (client) => client.xoauth2('no-token-of-this-tenant') },
    { ask: async (client, tenant) => client.xoauth2(await exchangeToken(tenant), SUPPORT) },
    { given: ({ clock }) => clock.jump(-7_200_000), ask: async (client, tenant) => exchangeToken(tenant).then((token) => (tenant.clock.jump(7_200_000), client.xoauth2(token))) },
  ],
  '550 5.7.30 Basic authentication is not supported for Client Submission.': [{ ...setUp((directory) => directory.updateTenant({ basicAuth: { imap: true, smtp: false } })), ask: byPassword }],
  '530 5.7.57 Client not authenticated to send mail.': [{ ask: (client) => client.run(`MAIL FROM:<${SALES}>`) }],
  '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.': [
    { given: ({ faults }) => faults.set('smtp.throttled'), ask: (client) => client.mail() },
    {
      async ask(client, tenant) {
        await using others = new AsyncDisposableStack();
        for (let count = 0; count < 3; count += 1) await byToken(others.use(await openSmtp(tenant)), tenant);
        return await client.mail();
      },
    },
  ],
  '554 5.2.252 SendAsDenied; platform@contoso.com not allowed to send as system@contoso.com; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception': [
    {
      options: { tenant: { acceptedDomains: ['contoso.com'] }, users: ['platform@contoso.com', 'system@contoso.com'].map((userPrincipalName) => ({ userPrincipalName, password: 'secret' })) },
      async ask(client) {
        await client.login('secret', 'platform@contoso.com');
        for (const line of ['MAIL FROM:<platform@contoso.com>', 'RCPT TO:<ada@example.org>', 'DATA']) await client.run(line);
        return client.run('From: system@contoso.com\r\nSubject: Hello\r\n\r\nHi\r\n.');
      },
    },
  ],
  '451 4.7.0 Temporary server error. Please try again later. PRX2': [{ ...refuse('content', '451 4.7.0 Temporary server error. Please try again later. PRX2 [TENANTSIM.PROD.OUTLOOK.COM]'), ask: (client) => client.mail() }],
  '421 4.3.2 Service not available': [{ ...refuse('connection', '421 4.3.2 Service not available'), ask: async ({ greeting }) => greeting }],
};

const withoutHost = (text: string): string => text.replace(/ (?:\[[^\]]*\]|\.\.\.)$/, '');

describe('the replies of submission (FACTS.md C4)', () => {
  it('have a row each', () => {
    const texts = SASL_VECTORS.find(({ id }) => id === '15-smtp-errors')!.replies!.map(({ text }) => withoutHost(text));
    expect(Object.keys(SMTP)).toEqual(texts);
  });

  it.each(Object.entries(SMTP).flatMap(([text, rows]) => rows.map((row, index) => [text, index, row] as const)))('%s (%i)', async (text, _index, { given, options, ask }) => {
    await using tenant = await startTenant({ doors: ['smtp'], ...options });
    given?.(tenant);
    await using client = await openSmtp(tenant);
    const answer = await ask(client, tenant);
    expect(answer).toMatch(lineLike(text + (answer.endsWith(']') ? ' [server]' : '')));
    expect(tenant.mailFlow.submitted).toEqual([]);
  });
});

interface ImapRow {
  readonly given?: (tenant: Tenant) => unknown;
  readonly token: (tenant: Tenant) => Promise<string>;
  readonly expected: readonly string[];
}

const own = (tenant: Tenant): Promise<string> => exchangeToken(tenant);
const appOnly = async ({ tokens, directory }: Tenant): Promise<string> => (await tokens.issue({ app: directory.apps()[0]!, resource: 'exchange' })).token;
const NOT_CONNECTED = ['a OK AUTHENTICATE completed.', 'b BAD User is authenticated but not connected.', 'c BAD User is authenticated but not connected.', '* BYE Connection closed. 14'];
const everywhere = (answer: string) => ({ given: ({ faults }: Tenant) => faults.set('imap.refuse', { commands: '^SELECT', answer }), token: own });

const IMAP: Readonly<Record<string, ImapRow>> = {
  'a token of somebody else': { token: (tenant) => exchangeToken(tenant, SUPPORT), expected: NOT_CONNECTED },
  'an app without full access to the mailbox': { given: ({ directory }) => directory.updateUser(SALES, { delegates: [] }), token: appOnly, expected: NOT_CONNECTED },
  'IMAP switched off': { given: ({ directory }) => directory.updateUser(SALES, { imapEnabled: false }), token: own, expected: NOT_CONNECTED },
  'no licence': { given: ({ directory }) => directory.updateUser(SALES, { licensed: false }), token: own, expected: NOT_CONNECTED },
  'not connected for a moment': { given: ({ faults }) => faults.set('imap.not-connected', {}, { times: 1 }), token: own, expected: NOT_CONNECTED },
  'unavailable, with NO': { ...everywhere('NO Server Unavailable. 15'), expected: ['a OK AUTHENTICATE completed.', 'b NO Server Unavailable. 15', 'c BAD Command received in Invalid state.'] },
  'unavailable, with BAD': { ...everywhere('BAD Server Unavailable. 15'), expected: ['a OK AUTHENTICATE completed.', 'b BAD Server Unavailable. 15', 'c BAD Command received in Invalid state.'] },
  'one session too many': { given: ({ directory }) => directory.updateTenant({ limits: { ...directory.tenant.limits, imapConnections: 0 } }), token: own, expected: ['a NO Server Unavailable. 15', '* BYE Connection closed. 14'] },
  'a refused token': { token: async () => 'no-token-of-this-tenant', expected: ['a NO AUTHENTICATE failed.', 'b BAD Command received in Invalid state.', 'c BAD Command received in Invalid state.'] },
};

describe('the answers of IMAP (FACTS.md C4)', () => {
  it.each(Object.entries(IMAP))('%s', async (_name, { given, token, expected }) => {
    await using tenant = await startTenant({ doors: ['imap'] });
    given?.(tenant);
    await using client = await openImap(tenant, { signIn: false });
    client.send(`a AUTHENTICATE XOAUTH2 ${bearer(SALES, await token(tenant))}\r\nb SELECT INBOX\r\nc EXPUNGE`);
    expect((await client.until(new RegExp(`^${RegExp.escape(expected.at(-1)!)}\r\n`, 'm'))).trimEnd().split('\r\n')).toEqual(expected);
  });

  it('a token that runs out: tagged on a command, untagged in IDLE, and the session ends', async () => {
    await using tenant = await startTenant({ doors: ['imap'] });
    await using commanding = await openImap(tenant, { signIn: false });
    await using idling = await openImap(tenant, { signIn: false });
    for (const client of [commanding, idling]) {
      client.send(`a AUTHENTICATE XOAUTH2 ${bearer(SALES, (await tenant.tokens.issue({ app: tenant.directory.apps()[0]!, user: tenant.directory.user(SALES)!, resource: 'exchange', expiresIn: 600 })).token)}`);
      await client.until(/\r\n/);
    }
    idling.send('i IDLE');
    await idling.until(/^\+ .*\r\n/);
    tenant.clock.jump(601_000);
    expect(await idling.closed()).toBe('* BYE Session invalidated - AccessTokenExpired\r\n');
    commanding.send('b NOOP');
    expect(await commanding.closed()).toBe('b BAD Session invalidated - AccessTokenExpired\r\n');
  });
});

describe('the limits of sending (FACTS.md C6)', () => {
  it('are those of Exchange Online', async () => {
    await using tenant = await startTenant({ doors: [] });
    expect(tenant.directory.tenant.limits).toMatchObject({ messagesPerMinute: 30, recipientsPerMessage: 500, recipientsPerDay: 10_000, messageBytes: 35 * 1_024 * 1_024, smtpConnections: 3 });
  });

  it('30 messages in a minute leave, the next one waits and is not refused', async () => {
    await using tenant = await startTenant({ doors: ['smtp'] });
    await using client = await openSmtp(tenant);
    for (let sent = 0; sent < 31; sent += 1) expect(await (sent === 0 ? client.mail() : again(client))).toMatch(/^250 2\.0\.0/);
    expect(tenant.mailFlow.outbound).toHaveLength(30);
    expect(tenant.store.mailbox(SALES)!.folder('drafts')!.messages).toHaveLength(1);
    tenant.clock.jump(60_000);
    await tenant.mailFlow.idle();
    expect(tenant.mailFlow.outbound).toHaveLength(31);
    expect(tenant.store.mailbox(SALES)!.folder('drafts')!.messages).toEqual([]);
  });

  it.each([
    ['the 501st recipient', {}, { to: Array.from({ length: 501 }, (_, index) => `a${index}@example.org`) }, '452 4.5.3 Too many recipients'],
    ['a recipient beyond those of the day', { recipientsPerDay: 1 }, { to: ['a@example.org', 'b@example.org'] }, "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients"],
    ['a message that is too large', { messageBytes: 1_000 }, { text: 'x'.repeat(1_000) }, '552 5.3.4 Message size exceeds fixed limit'],
  ] as const)('%s is refused', async (_name, limits, mail, expected) => {
    await using tenant = await startTenant({ doors: ['smtp'] });
    tenant.directory.updateTenant({ limits: { ...tenant.directory.tenant.limits, ...limits } });
    await using client = await openSmtp(tenant);
    expect(await client.mail(mail)).toBe(expected);
    expect(tenant.mailFlow.submitted).toEqual([]);
  });
});

async function again(client: SmtpDialogue): Promise<string> {
  for (const line of [`MAIL FROM:<${SALES}>`, 'RCPT TO:<ada@example.org>', 'DATA']) await client.run(line);
  return client.run(`From: ${SALES}\r\nSubject: Hello\r\n\r\nHi\r\n.`);
}
