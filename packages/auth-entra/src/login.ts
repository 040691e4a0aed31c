import { type FinishOptions, type InteractiveLogin, type LoginChallenge, MailError } from '@signalbox/core';
import { beginInBrowser, finishInBrowser } from './browser-login.ts';
import type { ClientRequests } from './client-requests.ts';
import { isAlias } from './config.ts';
import { beginOnDevice, finishOnDevice } from './device-login.ts';
import { isTransient } from './errors.ts';
import { readIdToken } from './id-token.ts';
import { keepToken } from './kept-token.ts';
import { dropLogin, findLogin, type Grants, type LoginRecord, newState } from './login-record.ts';
import { RefusedError } from './roll-over.ts';
import type { Services } from './services.ts';
import { readSignIn, signInKey, writeSignIn } from './sign-in-record.ts';
import { accountOf, signInRemedy } from './account.ts';

export function createLogin(services: Services, requests: ClientRequests): InteractiveLogin {
  return {
    async begin(mailbox, { prefer, redirectUri, signal }) {
      signal?.throwIfAborted();
      const options = signal ? { signal } : {};
      const account = accountOf(services, mailbox);
      const known = readSignIn(await services.tokens.read(signInKey(services, account), options).catch(() => undefined)); // a broken record is about to be replaced
      const common = { state: newState(), account, mailboxId: mailbox.id, ...(known?.claims !== undefined && { claims: known.claims }) };
      return unwrapped(prefer === 'browser' ? beginInBrowser(services, { ...common, redirectUri }, options) : beginOnDevice(services, common, options));
    },
    finish: (challenge, options) => unwrapped(finish(services, requests, challenge, options)),
  };
}

async function finish(services: Services, requests: ClientRequests, challenge: LoginChallenge, options: FinishOptions = {}): Promise<void> {
  const { signal, callbackUrl } = options;
  signal?.throwIfAborted();
  const limit = signal ? { signal } : {};
  const login = await findLogin(services, challenge.state, limit);
  if (!login || login.type !== challenge.type) throw overdue();
  try {
    if (login.expiresAt <= services.clock.now().getTime()) throw overdue(login.account);
    const grants = await (login.type === 'browser'
      ? finishInBrowser(services, requests, login, { state: challenge.state, callbackUrl, ...limit })
      : finishOnDevice(services, login, limit));
    await keepSignIn(services, login, grants);
  } catch (error) {
    const failure = error instanceof RefusedError ? error.refusal.error : error;
    // What passes by itself may be finished once more; an abort too.
    if (failure instanceof MailError && !isTransient(failure)) await forget(services, challenge.state);
    throw failure;
  }
  await forget(services, challenge.state);
}

/** What a store that fails leaves behind opens nothing, and changes nothing about how the sign-in went. */
const forget = (services: Services, state: string): Promise<void> => dropLogin(services, state, {}).catch(() => {});

async function keepSignIn(services: Services, { account, mailboxId }: LoginRecord, { answer, client, scopes }: Grants): Promise<void> {
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
  const record = { version: 1, id: newState(), account, ...(tenantId !== undefined && { tenantId }), client, refreshToken, signedInAt: now, renewedAt: now, access: token ? { [scopes.toSorted().join(' ')]: token } : {} } as const;
  // Without the caller's signal: the code is spent, and what came for it is to be had only once.
  await keeping(tokens.write(key, writeSignIn(record)));
  log.log('info', 'auth.signed-in', { account, mailbox: mailboxId, tenant: services.config.tenant, clientId: services.config.clientId });
}

const overdue = (account?: string): MailError =>
  new MailError('auth.interaction-required', 'The sign-in was finished already, or took too long.', {
    remedy: account === undefined ? { who: 'mailbox-user', action: 'sign-in-again', text: 'Begin to sign in anew.' } : signInRemedy(account),
  });

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

async function unwrapped<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof RefusedError ? error.refusal.error : error;
  }
}
