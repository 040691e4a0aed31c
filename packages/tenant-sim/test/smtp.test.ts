import { createTransport, type SentMessageInfo } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { startTenant, type Tenant, type TenantOptions } from '../src/index.ts';
import { openDialogue } from './dialogue.ts';

const SALES = 'sales@contoso.test';
const SUPPORT = 'support@contoso.test';

type Auth = { readonly user: string; readonly pass: string } | { readonly type: 'OAUTH2'; readonly user: string; readonly accessToken: string };
const PASSWORD: Auth = { user: SALES, pass: 'sales-password' };

const open = (options: TenantOptions = {}): Promise<Tenant> => startTenant({ doors: ['smtp'], ...options });
const tokenFor = async (tenant: Tenant, user?: string, claims = {}): Promise<string> =>
  (await tenant.tokens.issue({ app: tenant.directory.apps()[0]!, resource: 'exchange', ...(user !== undefined && { user: tenant.directory.user(user)! }), claims })).token;

async function send(tenant: Tenant, { auth = PASSWORD, implicit = true, ...mail }: { readonly auth?: Auth; readonly implicit?: boolean; readonly from?: string; readonly to?: string; readonly text?: string } = {}): Promise<string> {
  const { port, implicitTlsPort } = tenant.doors.smtp!;
  const transport = createTransport({ host: 'localhost', port: implicit ? implicitTlsPort : port, secure: implicit, requireTLS: true, tls: { ca: tenant.certificates.ca }, auth });
  try {
    const { response } = (await transport.sendMail({ from: SALES, to: SUPPORT, subject: 'Hello', text: 'Hi', ...mail })) as SentMessageInfo;
    return response ?? '';
  } catch (error) {
    return (error as { response?: string }).response ?? (error as Error).message;
  } finally {
    transport.close();
  }
}

const inboxOf = (tenant: Tenant, address: string) => tenant.store.mailbox(address)!.folder('inbox')!.messages;

describe('submission', () => {
  it.each([true, false])('takes mail by password and by a token of 8 KB (implicit TLS: %s)', async (implicit) => {
    await using tenant = await open();
    const accessToken = await tokenFor(tenant, SALES, { name: 'x'.repeat(5_700) });
    expect(accessToken.length).toBeGreaterThan(8_000);
    expect(await send(tenant, { implicit })).toMatch(/^250 2\.0\.0 OK <\S+> \[Hostname=\S+\]$/);
    expect(await send(tenant, { implicit, auth: { type: 'OAUTH2', user: SALES, accessToken } })).toMatch(/^250 2\.0\.0 OK/);
    expect(inboxOf(tenant, SUPPORT).map((message) => tenant.facts.headers(message).subject)).toEqual(['Hello', 'Hello']);
    expect(tenant.store.mailbox(SALES)!.folder('sentitems')!.messages).toHaveLength(2);
  });

  it('counts no connection that was gone before it had signed in', async () => {
    await using tenant = await open();
    const { implicitTlsPort } = tenant.doors.smtp!;
    const clients = await Promise.all(Array.from({ length: 4 }, () => openDialogue(implicitTlsPort, tenant.certificates.ca)));
    for (const client of clients) {
      await client.until(/^220 .*\r\n/);
      client.send('EHLO client');
      await client.until(/^250 .*\r\n/m);
      client.send(`AUTH LOGIN ${Buffer.from(SALES).toString('base64')}`);
      await client.until(/^334 .*\r\n/m);
    }
    const hang = tenant.faults.set('smtp.hang');
    for (const client of clients) client.send(Buffer.from('sales-password').toString('base64'));
    await expect.poll(() => tenant.faults.list()[0]?.struck).toBe(4);
    for (const client of clients) await client[Symbol.asyncDispose]();
    await new Promise((resolve) => setTimeout(resolve, 200)); // the server hears of it
    hang[Symbol.dispose]();
    await new Promise((resolve) => setTimeout(resolve, 200)); // and goes on with what it was asked
    expect(await send(tenant)).toMatch(/^250 2\.0\.0 OK/);
  });

  it('says after STARTTLS what Exchange Online says, and offers no AUTH before (FACTS.md C2)', async () => {
    await using tenant = await open();
    await using client = await openDialogue(tenant.doors.smtp!.port);
    expect(await client.until(/^220 .*\r\n/)).toContain('Microsoft ESMTP MAIL Service ready');
    client.send('EHLO client');
    expect(await client.until(/^250 .*\r\n/m)).not.toContain('AUTH');
    client.send('STARTTLS');
    await client.until(/^220 .*\r\n/);
    await client.startTls(tenant.certificates.ca);
    client.send('EHLO client');
    const [hello, ...features] = (await client.until(/^250 .*\r\n/m)).trim().split('\r\n').map((line) => line.slice(4));
    expect(hello).toMatch(/Hello \[127\.0\.0\.1\]$/);
    expect(features.toSorted()).toEqual(['8BITMIME', 'AUTH LOGIN XOAUTH2', 'DSN', 'ENHANCEDSTATUSCODES', 'PIPELINING', 'SIZE 157286400', 'SMTPUTF8']);
    client.send(`MAIL FROM:<${SALES}>`);
    expect(await client.until(/\r\n/)).toMatch(/^530 5\.7\.57 Client not authenticated to send mail/);
  });

  it('takes a token in two steps, as the documentation has it', async () => {
    await using tenant = await open();
    await using client = await openDialogue(tenant.doors.smtp!.implicitTlsPort, tenant.certificates.ca);
    await client.until(/\r\n/);
    client.send('EHLO client');
    await client.until(/^250 .*\r\n/m);
    client.send('auth xoauth2');
    expect(await client.until(/\r\n/)).toMatch(/^334 ?\r\n$/);
    client.send(Buffer.from(`user=${SALES}\u0001auth=Bearer ${await tokenFor(tenant, SALES)}\u0001\u0001`).toString('base64'));
    expect(await client.until(/\r\n/)).toBe('235 2.7.0 Authentication successful\r\n');
  });

  it('says each refusal of a sign-in in the words of Exchange Online (FACTS.md C4)', async () => {
    await using tenant = await open();
    const { directory } = tenant;
    const withToken = async (accessToken: string, user = SALES): Promise<string> => send(tenant, { auth: { type: 'OAUTH2', user, accessToken } });
    expect(await send(tenant, { auth: { user: SALES, pass: 'wrong' } })).toMatch(/^535 5\.7\.139 Authentication unsuccessful, the user credentials were incorrect\./);
    expect(await withToken('nonsense')).toMatch(/^535 5\.7\.3 Authentication unsuccessful \[/);
    expect(await withToken(await tokenFor(tenant, SALES, { exp: 1 }))).toMatch(/^535 5\.7\.3 Authentication unsuccessful \[/);
    expect(await withToken(await tokenFor(tenant, SALES), SUPPORT)).toMatch(/^535 5\.7\.3 Authentication unsuccessful \[/);
    directory.updateUser(SALES, { mfa: 'required' });
    expect(await send(tenant)).toMatch(/^535 5\.7\.139 Authentication unsuccessful, user is locked by your organization's security defaults policy/);
    directory.updateUser(SALES, { mfa: 'off', smtpAuthDisabled: true });
    expect(await send(tenant)).toMatch(/^535 5\.7\.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox\. Visit https:\/\/aka\.ms\/smtp_auth_disabled/);
    const { smtpAuthDisabled: _, ...user } = directory.user(SALES)!;
    directory.removeUser(SALES);
    directory.addUser(user);
    directory.updateTenant({ smtpAuthDisabled: true });
    expect(await withToken(await tokenFor(tenant, SALES))).toMatch(/disabled for the Tenant\./);
    directory.updateTenant({ smtpAuthDisabled: false, basicAuth: { imap: true, smtp: false } });
    expect(await send(tenant)).toMatch(/^550 5\.7\.30 Basic authentication is not supported for Client Submission\./);
  });

  it('lets an app send for a mailbox it was given', async () => {
    await using tenant = await open();
    const accessToken = await tokenFor(tenant);
    expect(await send(tenant, { auth: { type: 'OAUTH2', user: SALES, accessToken } })).toMatch(/^250/);
    tenant.directory.updateUser(SALES, { delegates: [] });
    expect(await send(tenant, { auth: { type: 'OAUTH2', user: SALES, accessToken } })).toMatch(/^535 5\.7\.3/);
  });

  it('refuses a foreign sender after the content, and an unknown recipient before', async () => {
    await using tenant = await open();
    expect(await send(tenant, { from: SUPPORT })).toMatch(/^554 5\.2\.252 SendAsDenied; sales@contoso\.test not allowed to send as support@contoso\.test/);
    expect(await send(tenant, { to: 'nobody@contoso.test' })).toMatch(/^550 5\.1\.10 RESOLVER\.ADR\.RecipientNotFound/);
    expect(tenant.mailFlow.submitted).toEqual([]);
  });

  it('refuses a message that is larger than the mailbox may send', async () => {
    await using tenant = await open({ tenant: { acceptedDomains: ['contoso.test'], limits: { messageBytes: 20_000 } }, users: [{ userPrincipalName: SALES, password: 'sales-password' }] });
    expect(await send(tenant, { to: 'ada@example.org', text: 'x'.repeat(30_000) })).toBe('552 5.3.4 Message size exceeds fixed limit');
    expect(await send(tenant, { to: 'ada@example.org' })).toMatch(/^250/);
  });

  it('lets three connections of a mailbox send, and tells the fourth to come later', async () => {
    await using tenant = await open();
    const clients = await Promise.all(Array.from({ length: 4 }, () => openDialogue(tenant.doors.smtp!.implicitTlsPort, tenant.certificates.ca)));
    const answers: string[] = [];
    const bearer = Buffer.from(`user=${SALES}\u0001auth=Bearer ${await tokenFor(tenant, SALES)}\u0001\u0001`).toString('base64');
    for (const client of clients) {
      await client.until(/\r\n/);
      client.send('EHLO client');
      await client.until(/^250 .*\r\n/m);
      client.send(`AUTH XOAUTH2 ${bearer}`);
      await client.until(/^235/);
      await client.until(/\r\n/);
      client.send(`MAIL FROM:<${SALES}>`);
      answers.push(await client.until(/\r\n/));
    }
    expect(answers.map((answer) => answer.slice(0, 9))).toEqual(['250 2.1.0', '250 2.1.0', '250 2.1.0', '432 4.3.2']);
    for (const client of clients) await client[Symbol.asyncDispose]();
  });
});

describe('faults of submission', () => {
  it('take the content and never answer, or lose both', async () => {
    await using tenant = await open();
    tenant.faults.set('smtp.cut-after-data', { accepted: true }, { times: 1 });
    expect(await send(tenant)).toMatch(/closed|ECONNRESET|hang up/i);
    expect(inboxOf(tenant, SUPPORT)).toHaveLength(1);
    tenant.faults.set('smtp.cut-after-data', { accepted: false }, { times: 1 });
    expect(await send(tenant)).toMatch(/closed|ECONNRESET|hang up/i);
    tenant.faults.set('smtp.cut-in-data', { after: 10 }, { times: 1 });
    expect(await send(tenant)).toMatch(/closed|ECONNRESET|hang up/i);
    expect(inboxOf(tenant, SUPPORT)).toHaveLength(1);
    expect(await send(tenant)).toMatch(/^250/);
    expect(tenant.faults.list().map(({ struck }) => struck)).toEqual([1, 1, 1]);
  });

  it('refuse any step with any reply', async () => {
    await using tenant = await open();
    const reply = '451 4.7.0 Temporary server error. Please try again later. PRX2';
    for (const step of ['login', 'sender', 'recipient', 'content'] as const) {
      tenant.faults.set('smtp.refuse', { step, reply }, { times: 1 });
      expect(await send(tenant)).toBe(reply);
    }
    using _ = tenant.faults.set('smtp.refuse', { step: 'recipient', argument: SUPPORT, reply });
    expect(await send(tenant)).toBe(reply);
    expect(await send(tenant, { to: 'ada@example.org' })).toMatch(/^250/);
  });

  it('throttle, hang until they are cleared, and cut every connection', async () => {
    await using tenant = await open();
    tenant.faults.set('smtp.throttled', {}, { times: 1 });
    expect(await send(tenant)).toMatch(/^432 4\.3\.2 Concurrent connections limit exceeded\. Visit https:\/\/aka\.ms\/concurrent_sending/);
    const hang = tenant.faults.set('smtp.hang');
    let answered = false;
    const sending = send(tenant).finally(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(answered).toBe(false);
    hang[Symbol.dispose]();
    expect(await sending).toMatch(/^250/);
    await using client = await openDialogue(tenant.doors.smtp!.implicitTlsPort, tenant.certificates.ca);
    await client.until(/^220/);
    tenant.faults.set('smtp.drop-connections', {}, { times: 1 });
    await client.closed();
  });
});
