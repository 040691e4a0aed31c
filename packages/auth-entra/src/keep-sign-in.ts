import { MailError } from '@signalbox/core';
import { signInRemedy } from './account.ts';
import { isAlias } from './config.ts';
import { readIdToken } from './id-token.ts';
import { keepToken } from './kept-token.ts';
import { type Grants, type LoginRecord, newState } from './login-record.ts';
import type { Services } from './services.ts';
import { readSignIn, signInKey, writeSignIn } from './sign-in-record.ts';

export interface Beginning extends Pick<LoginRecord, 'account' | 'mailboxId'> {
  /** It was another program's. */
  readonly isAdopted?: boolean;
}

/** Stores what Entra gave for a sign-in, where it is whose it has to be. */
export async function keepSignIn(services: Services, { account, mailboxId, isAdopted = false }: Beginning, { answer, client, scopes }: Grants): Promise<void> {
  const { tokens, clock, log } = services;
  const { refresh_token: refreshToken, id_token: idToken } = answer.body;
  const signedIn = readIdToken(idToken);
  if (!signedIn.names.some((name) => name.toLowerCase() === account.toLowerCase())) throw wrongAccount(account, signedIn.name);
  if (typeof refreshToken !== 'string' || refreshToken === '') {
    throw new MailError('protocol.violation', 'Microsoft Entra gave no refresh token.', { retry: 'never', remedy: signInRemedy(account) });
  }
  const key = signInKey(services, account);
  const keeping = <T>(work: Promise<T>): Promise<T> => work.catch((error: unknown) => Promise.reject(spent(account, error)));
  const { tenantId } = signedIn;
  if (isAlias(services.config.tenant)) {
    // Names are unique within a tenant alone, and an alias lets in every tenant there is: the first one to sign in stays.
    const before = readSignIn(await keeping(tokens.read(key)));
    if (before?.tenantId !== undefined && before.tenantId !== tenantId) throw otherTenant(account);
  }
  const now = clock.now().getTime();
  const token = keepToken(answer, {}, clock);
  const record = { version: 1, id: newState(), account, ...(tenantId !== undefined && { tenantId }), client, refreshToken, ...(isAdopted ? { adoptedAt: now } : { signedInAt: now }), renewedAt: now, access: token ? { [scopes.toSorted().join(' ')]: token } : {} } as const;
  // Without the caller's signal: the code is spent, and what came for it is to be had only once.
  await keeping(tokens.write(key, writeSignIn(record)));
  log.log('info', isAdopted ? 'auth.adopted' : 'auth.signed-in', { account, mailbox: mailboxId, tenant: services.config.tenant, clientId: services.config.clientId });
}

const spent = (account: string, cause: unknown): MailError =>
  new MailError('auth.interaction-required', `${account} signed in, but that could not be stored, and it cannot be finished a second time.`, {
    cause,
    remedy: { who: 'operator', action: 'fix-config', text: `See why the store of tokens cannot be written, then begin to sign in as ${account} anew.` },
  });

const wrongAccount = (account: string, name: string | undefined): MailError =>
  new MailError('auth.wrong-account', `${name ?? 'Somebody without a name'} signed in, but the mailbox belongs to ${account}.`, {
    remedy: { who: 'mailbox-user', action: 'sign-in-again', text: `Sign out in the browser and sign in as ${account}; where another account may open the mailbox, the operator names it as "account".` },
  });

const otherTenant = (account: string): MailError =>
  new MailError('auth.wrong-account', `The ${account} that signed in is in another organisation than the ${account} that did before.`, {
    remedy: { who: 'mailbox-user', action: 'sign-in-again', text: `Sign in with the account that signed in before; where the mailbox has moved, sign out first. The operator may name the organisation as "tenant".` },
  });
