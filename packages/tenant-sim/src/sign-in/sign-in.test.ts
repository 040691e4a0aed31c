import { describe, expect, it } from 'vitest';
import { startTenant } from '../tenant.ts';
import { type MailProtocol, signIn } from './sign-in.ts';

const SALES = 'sales@contoso.test';
const SUPPORT = 'support@contoso.test';
const SHARED = 'shared@contoso.test';

async function ground() {
  const tenant = await startTenant({ doors: [] });
  const [app] = tenant.directory.apps();
  const outcome = async (protocol: MailProtocol, proof: Parameters<typeof signIn>[2]): Promise<string | undefined> => {
    const { signedIn, refusal } = await signIn(tenant, protocol, proof);
    if (refusal) return refusal.reason === 'token' ? refusal.problem : refusal.reason;
    return signedIn.mailbox?.address ?? 'no mailbox';
  };
  const tokenOf = async (user?: string, more: { readonly scopes?: readonly string[]; readonly roles?: readonly string[]; readonly resource?: 'graph' } = {}) =>
    (await tenant.tokens.issue({ app: app!, resource: 'exchange', ...(user && { user: tenant.directory.user(user)! }), ...more })).token;
  return { tenant, app: app!, outcome, tokenOf };
}

const password = (username: string, text = 'sales-password') => ({ kind: 'password', username, password: text }) as const;
const token = (username: string, text: string) => ({ kind: 'token', username, token: text }) as const;

describe('signing in with a password', () => {
  it('opens the own mailbox, and tells a wrong password, an unknown, a disabled and a shared one alike', async () => {
    const { outcome, tenant } = await ground();
    expect(await outcome('imap', password('SALES@contoso.test'))).toBe(SALES);
    expect(await outcome('imap', password(SALES, 'wrong'))).toBe('wrong-credential');
    expect(await outcome('imap', password('nobody@contoso.test'))).toBe('wrong-credential');
    expect(await outcome('imap', password(SHARED, tenant.directory.user(SHARED)?.password))).toBe('wrong-credential');
    tenant.directory.updateUser(SALES, { enabled: false });
    expect(await outcome('imap', password(SALES))).toBe('wrong-credential');
  });

  it('is not enough where passwords are off, or more than a password is asked for', async () => {
    const { outcome, tenant } = await ground();
    tenant.directory.updateUser(SALES, { mfa: 'required' });
    expect(await outcome('smtp', password(SALES))).toBe('security-defaults');
    tenant.directory.updateUser(SALES, { mfa: 'off' });
    tenant.faults.set('entra.mfa-required', { app: 'another' });
    expect(await outcome('imap', password(SALES))).toBe(SALES);
    tenant.faults.set('entra.mfa-required', { mailbox: SALES });
    expect([await outcome('imap', password(SALES)), await outcome('smtp', password(SALES))]).toEqual(['policy', 'policy']);
    tenant.directory.updateTenant({ basicAuth: { imap: false, smtp: true } });
    expect(await outcome('imap', password(SALES))).toBe('basic-auth-off');
  });

  it('ends without a mailbox where IMAP is off or there is no licence', async () => {
    const { outcome, tenant } = await ground();
    tenant.directory.updateUser(SALES, { imapEnabled: false });
    expect(await outcome('imap', password(SALES))).toBe('no mailbox');
    tenant.directory.updateUser(SALES, { imapEnabled: true, licensed: false });
    expect(await outcome('imap', password(SALES))).toBe('no mailbox');
  });
});

describe("signing in with a user's token", () => {
  it('opens the own mailbox and one that was given, no other', async () => {
    const { outcome, tokenOf } = await ground();
    const sales = await tokenOf(SALES);
    expect(await outcome('imap', token(SALES, sales))).toBe(SALES);
    expect(await outcome('imap', token(SHARED, sales))).toBe(SHARED);
    expect(await outcome('imap', token(SUPPORT, sales))).toBe('no mailbox');
    expect(await outcome('imap', token('nobody@contoso.test', sales))).toBe('no mailbox');
  });

  it('needs the permission of the protocol, and a token for Exchange', async () => {
    const { outcome, tokenOf } = await ground();
    const receiving = await tokenOf(SALES, { scopes: ['IMAP.AccessAsUser.All'] });
    expect(await outcome('imap', token(SALES, receiving))).toBe(SALES);
    expect(await outcome('smtp', token(SALES, receiving))).toBe('no-permission');
    expect(await outcome('imap', token(SALES, await tokenOf(SALES, { resource: 'graph' })))).toBe('audience');
  });

  it('ends with the token', async () => {
    const { outcome, tokenOf, tenant } = await ground();
    const sales = await tokenOf(SALES);
    tenant.clock.jump(3_700_000);
    expect(await outcome('imap', token(SALES, sales))).toBe('expired');
    const fresh = await tokenOf(SALES);
    tenant.tokens.revoke({ user: SALES });
    expect(await outcome('imap', token(SALES, fresh))).toBe('revoked');
  });
});

describe("signing in with an app's token", () => {
  it('opens what the app was given in Exchange, once it is known there', async () => {
    const { outcome, tokenOf, tenant, app } = await ground();
    const own = await tokenOf();
    expect(await outcome('imap', token(SUPPORT, own))).toBe(SUPPORT);
    tenant.directory.updateUser(SUPPORT, { delegates: [] });
    expect(await outcome('imap', token(SUPPORT, own))).toBe('no mailbox');
    tenant.directory.updateApp(app.clientId, { inExchange: false });
    expect(await outcome('imap', token(SALES, own))).toBe('not-registered');
  });

  it('needs a role in the token, or for SMTP one within a scope of mailboxes', async () => {
    const { outcome, tokenOf, tenant, app } = await ground();
    const bare = await tokenOf(undefined, { roles: [] });
    expect(await outcome('imap', token(SALES, bare))).toBe('no-permission');
    expect(await outcome('smtp', token(SALES, bare))).toBe('no-permission');
    tenant.directory.updateApp(app.clientId, { rbac: [{ role: 'Application SMTP.SendAsApp', mailboxes: [SALES] }] });
    expect(await outcome('smtp', token(SALES, bare))).toBe(SALES);
    expect(await outcome('smtp', token(SUPPORT, bare))).toBe('no-permission');
  });
});

describe('SMTP AUTH', () => {
  it('can be off for the tenant or the mailbox, whose own setting decides', async () => {
    const { outcome, tenant } = await ground();
    tenant.directory.updateTenant({ smtpAuthDisabled: true });
    expect(await outcome('smtp', password(SALES))).toBe('smtp-auth-disabled-for-tenant');
    expect(await outcome('imap', password(SALES))).toBe(SALES);
    tenant.directory.updateUser(SALES, { smtpAuthDisabled: false });
    expect(await outcome('smtp', password(SALES))).toBe(SALES);
    tenant.directory.updateUser(SALES, { smtpAuthDisabled: true });
    expect(await outcome('smtp', password(SALES))).toBe('smtp-auth-disabled-for-mailbox');
  });

  it('can be switched off by a fault', async () => {
    const { outcome, tenant } = await ground();
    tenant.faults.set('smtp.auth-disabled', { mailbox: SALES, scope: 'tenant' }, { times: 1 });
    expect(await outcome('smtp', password(SALES))).toBe('smtp-auth-disabled-for-tenant');
    expect(await outcome('smtp', password(SALES))).toBe(SALES);
  });
});
