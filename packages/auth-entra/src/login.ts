import { type FinishOptions, type InteractiveLogin, type LoginChallenge, MailError } from '@signalbox/core';
import { beginInBrowser, finishInBrowser } from './browser-login.ts';
import type { ClientRequests } from './client-requests.ts';
import { beginOnDevice, finishOnDevice } from './device-login.ts';
import { isTransient } from './errors.ts';
import { keepSignIn } from './keep-sign-in.ts';
import { dropLogin, findLogin, newState } from './login-record.ts';
import { RefusedError } from './roll-over.ts';
import type { Services } from './services.ts';
import { readSignIn, signInKey } from './sign-in-record.ts';
import { accountOf, signInRemedy } from './account.ts';
import { adopt } from './adopt.ts';

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
    adopt: (mailbox, refreshToken, options) => adopt(services, requests, { mailbox, refreshToken, ...(options?.signal && { signal: options.signal }) }),
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

const overdue = (account?: string): MailError =>
  new MailError('auth.interaction-required', 'The sign-in was finished already, or took too long.', {
    remedy: account === undefined ? { who: 'mailbox-user', action: 'sign-in-again', text: 'Begin to sign in anew.' } : signInRemedy(account),
  });

async function unwrapped<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof RefusedError ? error.refusal.error : error;
  }
}
