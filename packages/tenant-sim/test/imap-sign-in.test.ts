import { describe, expect, it } from 'vitest';
import { startTenant, type Tenant, type TenantOptions } from '../src/index.ts';
import { openDialogue } from './dialogue.ts';
import { bearer, openImap, openImapFlow, SALES, withRun } from './imap-client.ts';

const SUPPORT = 'support@contoso.test';
const open = (options: TenantOptions = {}): Promise<Tenant> => startTenant({ doors: ['imap'], ...options });
const tokenFor = async (tenant: Tenant, user = SALES, expiresIn = 3_600): Promise<string> =>
  (await tenant.tokens.issue({ app: tenant.directory.apps()[0]!, user: tenant.directory.user(user)!, resource: 'exchange', expiresIn })).token;

const CLASSIC = 'IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+';

describe('the IMAP door before signing in', () => {
  it('greets and lists capabilities as Exchange Online does, MOVE only afterwards (FACTS.md C5)', async () => {
    await using tenant = await open();
    await using client = withRun(await openDialogue(tenant.doors.imap!.port, tenant.certificates.ca));
    expect(await client.until(/\r\n/)).toMatch(/^\* OK The Microsoft Exchange IMAP4 service is ready\. \[[\w+/=]+\]\r\n$/);
    expect(await client.run('CAPABILITY')).toEqual([`* CAPABILITY ${CLASSIC}`, 'OK CAPABILITY completed.']);
    await client.run(`LOGIN ${SALES} sales-password`);
    expect((await client.run('CAPABILITY'))[0]).toBe(
      '* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+',
    );
  });

  it('greets as seen since September 2026 when asked to, takes no password, and breaks SEARCH after ENABLE', async () => {
    await using tenant = await open({ imapProfile: '2026-09' });
    await using client = withRun(await openDialogue(tenant.doors.imap!.port, tenant.certificates.ca));
    expect(await client.until(/\r\n/)).toMatch(/^\* OK Microsoft Exchange IMAP4 service ready\. \{[\w-]{36}\} \(tcpproxy\/15\.21/);
    expect((await client.run('CAPABILITY'))[0]).toBe('* CAPABILITY IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+');
    expect(await client.run(`LOGIN ${SALES} sales-password`)).toEqual(['NO LOGIN failed.']);
    expect(await client.run(`AUTHENTICATE PLAIN ${Buffer.from(`\0${SALES}\0sales-password`).toString('base64')}`)).toEqual(['NO AUTHENTICATE failed.']);
    expect(await client.run(`AUTHENTICATE XOAUTH2 ${bearer(SALES, await tokenFor(tenant))}`)).toEqual(['OK AUTHENTICATE completed.']);
    await client.run('SELECT INBOX');
    expect(await client.run('SEARCH ALL')).toEqual(['* SEARCH', 'OK SEARCH completed.']);
    expect(await client.run('ENABLE IMAP4rev2')).toEqual(['* ENABLED IMAP4rev2', 'OK ENABLE completed.']);
    expect(await client.run('SEARCH ALL')).toEqual(['BAD Command Argument Error. 11']);
  });

  it('takes STARTTLS, and nothing that was sent in plain text behind it', async () => {
    await using tenant = await open();
    await using client = withRun(await openDialogue(tenant.doors.imap!.starttlsPort));
    await client.until(/\r\n/);
    expect((await client.run('CAPABILITY'))[0]).toMatch(/^(?!.*AUTH=).*STARTTLS LOGINDISABLED$/);
    expect(await client.run(`LOGIN ${SALES} sales-password`)).toEqual(['NO LOGIN failed.']);
    client.send(Buffer.from('x STARTTLS\r\ny LOGOUT\r\n'));
    expect(await client.until(/\r\n/)).toBe('x OK Begin TLS negotiation now.\r\n');
    await client.startTls(tenant.certificates.ca);
    expect(await client.run(`LOGIN ${SALES} sales-password`)).toEqual(['OK LOGIN completed.']);
  });

  it('knows what is no command, and in which state it is', async () => {
    await using tenant = await open();
    await using client = await openImap(tenant, { signIn: false });
    expect(await client.run('XYZZY')).toEqual(['BAD Command Error. 10']);
    expect(await client.run('SELECT INBOX')).toEqual(['BAD Command received in Invalid state.']);
    expect(await client.run('NOOP now')).toEqual(['BAD Command Argument Error. 11']);
    expect(await client.run('ID ("name" "test" "version" NIL)')).toEqual(['* ID ("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")', 'OK ID completed.']);
    client.send('nonsense');
    expect(await client.until(/\r\n/)).toBe('nonsense BAD Command Error. 10\r\n');
    client.send(`long ${'x'.repeat(11_000)}`);
    expect(await client.until(/\r\n/)).toBe('long BAD Command Error. 12\r\n');
    expect(await client.run('LOGOUT')).toEqual(['* BYE Microsoft Exchange Server IMAP4 server signing off.', 'OK LOGOUT completed.']);
    await client.closed();
  });
});

describe('signing in by IMAP', () => {
  it('takes passwords by LOGIN, quoted and as literals, by PLAIN and by LOGIN in steps', async () => {
    await using tenant = await open();
    tenant.directory.updateUser(SALES, { password: 'pa"ss \\ wörd' });
    for (const proof of [String.raw`LOGIN ${SALES} "pa\"ss \\ wörd"`, `LOGIN {${SALES.length}+}\r\n${SALES} {13+}\r\npa"ss \\ wörd`]) {
      await using client = await openImap(tenant, { signIn: false });
      expect(await client.run(proof)).toEqual(['OK LOGIN completed.']);
    }
    await using plain = await openImap(tenant, { signIn: false });
    plain.send('a AUTHENTICATE PLAIN');
    expect(await plain.until(/\r\n/)).toBe('+ \r\n');
    plain.send(Buffer.from(`\0${SALES}\0pa"ss \\ wörd`).toString('base64'));
    expect(await plain.until(/\r\n/)).toBe('a OK AUTHENTICATE completed.\r\n');
    await using steps = await openImap(tenant, { signIn: false });
    steps.send('a AUTHENTICATE LOGIN');
    expect(await steps.until(/\r\n/)).toBe('+ VXNlcm5hbWU6\r\n');
    steps.send(Buffer.from(SALES).toString('base64'));
    expect(await steps.until(/\r\n/)).toBe('+ UGFzc3dvcmQ6\r\n');
    steps.send(Buffer.from('pa"ss \\ wörd').toString('base64'));
    expect(await steps.until(/\r\n/)).toBe('a OK AUTHENTICATE completed.\r\n');
  });

  it('takes a token at once and in two steps, and answers NO at once without a challenge (FACTS.md C2)', async () => {
    await using tenant = await open();
    const token = await tokenFor(tenant);
    await using client = await openImap(tenant, { signIn: false });
    expect(await client.run(`AUTHENTICATE XOAUTH2 ${bearer(SALES, 'nonsense')}`)).toEqual(['NO AUTHENTICATE failed.']);
    expect(await client.run('AUTHENTICATE XOAUTH2 bm9uc2Vuc2U=')).toEqual(['NO AUTHENTICATE failed.']);
    expect(await client.run('AUTHENTICATE GSSAPI')).toEqual(['NO AUTHENTICATE failed.']);
    client.send('a AUTHENTICATE XOAUTH2');
    await client.until(/^\+ \r\n/);
    client.send('*');
    expect(await client.until(/\r\n/)).toBe('a BAD AUTHENTICATE cancelled.\r\n');
    client.send('b AUTHENTICATE XOAUTH2');
    await client.until(/^\+ \r\n/);
    client.send(bearer(SALES, token));
    expect(await client.until(/\r\n/)).toBe('b OK AUTHENTICATE completed.\r\n');
    expect(await client.run(`LOGIN ${SALES} sales-password`)).toEqual(['BAD Command received in Invalid state.']);
  });

  it('lets somebody in without a mailbox, says so twice and hangs up (FACTS.md C4)', async () => {
    await using tenant = await open();
    await using client = await openImap(tenant, { signIn: false });
    expect(await client.run(`AUTHENTICATE XOAUTH2 ${bearer(SUPPORT, await tokenFor(tenant))}`)).toEqual(['OK AUTHENTICATE completed.']);
    expect(await client.run('SELECT INBOX')).toEqual(['BAD User is authenticated but not connected.']);
    expect(await client.run('EXPUNGE')).toEqual(['BAD User is authenticated but not connected.']);
    expect(await client.closed()).toBe('* BYE Connection closed. 14\r\n');
  });

  it('does so too when the fault is set, then works again', async () => {
    await using tenant = await open();
    tenant.faults.set('imap.not-connected', { mailbox: SALES }, { times: 1 });
    for (const expected of ['BAD User is authenticated but not connected.', 'OK [READ-WRITE] SELECT completed.']) {
      await using client = await openImap(tenant);
      expect((await client.run('SELECT INBOX')).at(-1)).toBe(expected);
    }
  });

  it('lets 20 sessions of a mailbox in, and makes room when one ends', async () => {
    await using tenant = await open();
    const clients = await Promise.all(Array.from({ length: 20 }, () => openImap(tenant)));
    await using late = await openImap(tenant, { signIn: false });
    expect(await late.run(`LOGIN ${SALES} sales-password`)).toEqual(['NO Server Unavailable. 15']);
    expect(await late.closed()).toBe('* BYE Connection closed. 14\r\n');
    await using other = await openImap(tenant, { user: SUPPORT, password: 'support-password' });
    expect((await other.run('SELECT INBOX')).at(-1)).toMatch(/^OK/);
    expect(await clients[0]!.run('LOGOUT')).toHaveLength(2);
    await clients[0]!.closed();
    await using next = await openImap(tenant, { signIn: false });
    await expect.poll(() => tenant.doors.imap!.sessionCount(SALES)).toBe(19);
    expect(await next.run(`LOGIN ${SALES} sales-password`)).toEqual(['OK LOGIN completed.']);
    for (const client of clients) await client[Symbol.asyncDispose]();
  });

  it("opens a shared mailbox with a colleague's token, and any given one with an app's", async () => {
    await using tenant = await open();
    const shared = await openImapFlow(tenant, { user: 'shared@contoso.test', accessToken: await tokenFor(tenant) });
    expect((await shared.status('INBOX', { messages: true })) && shared.authenticated).toBeTruthy();
    await shared.logout();
    const { token } = await tenant.tokens.issue({ app: tenant.directory.apps()[0]!, resource: 'exchange' });
    const app = await openImapFlow(tenant, { user: SUPPORT, accessToken: token });
    expect(app.usable).toBe(true);
    await app.logout();
  });
});

describe('a session and its token', () => {
  it('ends on the next command when the token has run out (FACTS.md C4)', async () => {
    await using tenant = await open();
    await using client = await openImap(tenant, { signIn: false });
    await client.run(`AUTHENTICATE XOAUTH2 ${bearer(SALES, await tokenFor(tenant, SALES, 600))}`);
    await client.run('SELECT INBOX');
    tenant.clock.jump(601_000);
    expect(await client.run('UID FETCH 1:* (FLAGS)')).toEqual(['BAD Session invalidated - AccessTokenExpired']);
    await client.closed();
  });

  it('ends in the middle of IDLE when the token runs out, by the clock or by the fault', async () => {
    await using tenant = await open();
    for (const byFault of [false, true]) {
      await using client = await openImap(tenant, { signIn: false });
      await client.run(`AUTHENTICATE XOAUTH2 ${bearer(SALES, await tokenFor(tenant, SALES, 600))}`);
      await client.run('SELECT INBOX');
      if (byFault) tenant.faults.set('imap.token-expires-in-idle', {}, { times: 1 });
      client.send('i IDLE');
      await client.until(/^\+ .*\r\n/);
      if (!byFault) tenant.clock.jump(601_000);
      expect(await client.closed()).toBe('* BYE Session invalidated - AccessTokenExpired\r\n');
    }
  });

  it('ends when it does nothing for 30 minutes, or for one before signing in', async () => {
    await using tenant = await open();
    await using idle = await openImap(tenant);
    await using stranger = await openImap(tenant, { signIn: false });
    tenant.clock.jump(61_000);
    expect(await stranger.closed()).toContain('* BYE');
    expect(await idle.run('NOOP')).toEqual(['OK NOOP completed.']);
    tenant.clock.jump(31 * 60_000);
    expect(await idle.closed()).toContain('* BYE');
  });
});
