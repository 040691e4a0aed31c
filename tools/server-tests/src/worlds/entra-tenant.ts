import type { AuthProvider, Clock, CredentialSource, Mailbox, TokenStore } from '@signalbox/core';
import { plugin as entra } from '@signalbox/auth-entra';
import { createMemoryTokenStore, systemClock } from '@signalbox/kit';
import { contoso, type NewUser, openBrowser, startTenant, type Tenant, trustingFetch } from '@signalbox/tenant-sim';

/** As whom a transport comes: the application itself, or the owner of the mailbox, who has signed in. */
export type EntraGrant = 'client-credentials' | 'delegated';

const CLIENT_ID = '00000000-0000-0000-0000-000000000001';
const LOOPBACK = 'http://localhost:49152';
/** How much time passes between two withdrawals of tokens, by the clock of whoever hands them out. */
const WITHDRAWN_EVERY_MS = 30_000;

/** A tenant whose tokens come from nowhere but auth-entra. */
export interface EntraTenant extends AsyncDisposable {
  readonly tenant: Tenant;
  /** A mailbox that the application may open, too; with its owner signed in where the grant is delegated. */
  open(user: NewUser & { readonly password: string }, grant: EntraGrant): Promise<CredentialSource>;
  /** Every access token given out until now is void; sign-ins go on. */
  withdraw(): void;
  readonly withdrawals: number;
  /** Trusts the tenant's authority. */
  readonly fetch: typeof globalThis.fetch;
}

interface Ground {
  readonly tenant: Tenant;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
}

/** `domain` is accepted by the tenant, beside its own. */
export async function openEntraTenant({ domain, users = [], messageBytes }: { readonly domain: string; readonly users?: readonly NewUser[]; readonly messageBytes?: number }): Promise<EntraTenant> {
  const { apps = [] } = contoso(new Date());
  const limits = messageBytes === undefined ? {} : { limits: { messageBytes } };
  const tenant = await startTenant({ doors: ['entra', 'graph', 'imap', 'smtp'], mime: 'kept', tenant: { domain: 'contoso.onmicrosoft.com', acceptedDomains: [domain], ...limits }, users, apps });
  const network = trustingFetch(tenant.certificates.ca);
  let withdrawals = 0;
  const ground: Ground = {
    tenant,
    clock: { ...systemClock, now: () => new Date(systemClock.now().getTime() + withdrawals * WITHDRAWN_EVERY_MS) },
    fetch: network.fetch,
  };
  const providers = { 'client-credentials': await openProvider(ground, 'client-credentials'), delegated: await openProvider(ground, 'delegated') };
  return {
    tenant,
    fetch: ground.fetch,
    get withdrawals() {
      return withdrawals;
    },
    withdraw() {
      withdrawals += 1;
      tenant.tokens.revoke({ only: 'access-tokens' });
    },
    async open(user, grant) {
      const mailbox = { id: user.userPrincipalName, address: user.userPrincipalName };
      const who = tenant.directory.app(CLIENT_ID)!.servicePrincipalId;
      tenant.directory.addUser({ ...user, delegates: [{ who, right: 'full-access' }, { who, right: 'send-as' }] });
      if (grant === 'delegated') await signIn(tenant, providers.delegated, mailbox, user.password);
      return providers[grant].credentialsFor(mailbox);
    },
    async [Symbol.asyncDispose]() {
      for (const provider of Object.values(providers)) await provider[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
      await tenant[Symbol.asyncDispose]();
    },
  };
}

async function openProvider({ tenant, clock, fetch }: Ground, grant: EntraGrant): Promise<AuthProvider> {
  const authority = `https://localhost:${tenant.doors.entra!.port}`;
  const given = { grant, authority, tenant: tenant.directory.tenant.domain, clientId: CLIENT_ID, ...(grant === 'client-credentials' && { clientSecret: 'adapter-secret' }) };
  const checked = await entra.config['~standard'].validate(given);
  if (checked.issues) throw new TypeError(checked.issues.map(({ message }) => message).join(' '));
  const tokens: TokenStore = createMemoryTokenStore();
  return entra.open({ config: checked.value, clock, tokens, network: {}, fetch, log: { log() {} } });
}

async function signIn(tenant: Tenant, { login }: AuthProvider, mailbox: Mailbox, password: string): Promise<void> {
  const challenge = await login?.begin(mailbox, { prefer: 'browser', redirectUri: LOOPBACK });
  if (!login || challenge?.type !== 'browser') throw new TypeError('A browser is what people sign in with here.');
  const browser = await openBrowser(tenant).open(challenge.authorizationUrl);
  await browser.submit({ username: mailbox.address });
  await browser.submit({ password });
  await login.finish(challenge, { callbackUrl: browser.location });
}
