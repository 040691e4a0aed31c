import type { World } from '@signalbox/conformance';
import type { DovecotServer, Lab, TrustedAuthority } from '@signalbox/lab';
import type { Tenant } from '@signalbox/tenant-sim';
import { type EntraGrant, type EntraTenant, openEntraTenant } from './entra-tenant.ts';
import { imapOnDovecotWith } from './imap.ts';
import { freshName } from './issuers.ts';
import { ONE_BY_ONE, restless } from './restless.ts';

/** A simulated tenant whose tokens the lab's servers take. */
export interface TrustedTenant extends EntraTenant {
  /** The lab's servers take none of its tokens until the result is disposed of. */
  refuse(): Disposable;
}

export async function openTrustedTenant(lab: Lab): Promise<TrustedTenant> {
  const entra = await openEntraTenant({ domain: 'lab.test' });
  const { tenant } = entra;
  let refusing = 0;
  const check = authorityOf(tenant);
  const trust = lab.oauth.trust({ ...check, check: async (token) => (refusing > 0 ? undefined : check.check(token)) });
  return {
    tenant,
    fetch: entra.fetch,
    get withdrawals() {
      return entra.withdrawals;
    },
    withdraw: () => entra.withdraw(),
    open: (user, grant) => entra.open(user, grant),
    refuse() {
      refusing += 1;
      return { [Symbol.dispose]: () => void (refusing -= 1) };
    },
    async [Symbol.asyncDispose]() {
      trust[Symbol.dispose]();
      await entra[Symbol.asyncDispose]();
    },
  };
}

/** As the tenant's own doors look at a token: its signature, time and withdrawal; and at who opens which mailbox. */
const authorityOf = ({ tokens, directory }: Tenant): TrustedAuthority => ({
  async check(token) {
    const { claims } = await tokens.verify(token, 'exchange');
    if (!claims) return undefined;
    return { holder: claims.upn ?? claims.oid, expiresAt: new Date(claims.exp * 1_000), scope: claims.scp ?? (claims.roles ?? []).join(' '), clientId: claims.appid ?? '' };
  },
  opens: (holder, mailbox) => directory.user(mailbox)?.delegates.some(({ who, right }) => who === holder && right === 'full-access') ?? false,
});

/** The IMAP transport on the lab's Dovecot, with tokens that auth-entra got from the tenant. They are withdrawn all the time. */
export async function dovecotWithEntra(lab: Lab, server: DovecotServer, entra: TrustedTenant, grant: EntraGrant): Promise<World> {
  const account = await server.createUser(freshName('entra'));
  const source = restless(await entra.open({ userPrincipalName: account.user, password: account.password }, grant), entra, ONE_BY_ONE);
  return imapOnDovecotWith(lab, server, { account, source, faults: { refuseCredentials: async () => entra.refuse(), renewCredential: async () => entra.withdraw() } });
}
