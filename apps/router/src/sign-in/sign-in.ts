import { type Clock, type InteractiveLogin, isMailError, type LoginChallenge, type Mailbox, MailError } from '@signalbox/core';
import { type Loopback, openLoopback } from './loopback.ts';
import type { EndPage } from './page.ts';

export interface SignInOptions {
  readonly prefer: 'browser' | 'device-code';
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Tells the person what to do. */
  readonly onChallenge: (challenge: LoginChallenge) => Promise<void>;
  /** Takes secrets out of what a plugin says. */
  readonly redact: (text: string) => string;
}

/** Has somebody sign in for a mailbox. Throws what the provider throws, and `auth.interaction-required` when nobody came in time. */
export async function signIn(login: InteractiveLogin, mailbox: Mailbox, options: SignInOptions): Promise<void> {
  const { prefer, signal } = options;
  await using loopback = prefer === 'browser' ? await openLoopback() : undefined;
  const challenge = await login.begin(mailbox, { prefer, signal, ...(loopback && { redirectUri: loopback.redirectUri }) });
  await options.onChallenge(challenge);
  if (challenge.type === 'browser' && loopback) await finishInBrowser(login, challenge, loopback, options);
  else await login.finish(challenge, { signal });
}

type BrowserChallenge = Extract<LoginChallenge, { readonly type: 'browser' }>;

async function finishInBrowser(login: InteractiveLogin, challenge: BrowserChallenge, loopback: Loopback, { clock, signal, redact }: SignInOptions): Promise<void> {
  const state = new URL(challenge.authorizationUrl).searchParams.get('state') ?? undefined;
  const { url, answer } = await inTime(challenge, { clock, signal }, (limited) => loopback.waitFor(state, limited));
  try {
    await login.finish(challenge, { callbackUrl: url, signal });
  } catch (error) {
    await answer(failurePage(error, redact));
    throw error;
  }
  await answer({ title: 'You are signed in', lines: ['Signalbox can use the mailbox now. You can close this page.'], good: true });
}

async function inTime<T>({ expiresAt }: LoginChallenge, { clock, signal }: Pick<SignInOptions, 'clock' | 'signal'>, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = AbortSignal.timeout(Math.max(0, Date.parse(expiresAt) - clock.now().getTime()));
  try {
    return await work(AbortSignal.any([signal, over]));
  } catch (error) {
    if (!over.aborted || signal.aborted) throw error;
    throw new MailError('auth.interaction-required', 'Nobody signed in before the page ran out.', {
      remedy: { who: 'mailbox-user', action: 'sign-in-again', text: 'Begin again, and sign in on the page that opens.' },
    });
  }
}

function failurePage(error: unknown, redact: SignInOptions['redact']): EndPage {
  const lines = isMailError(error) ? [error.message, ...(error.remedy ? [error.remedy.text] : [])] : ['The command that is waiting says more.'];
  return { title: 'That did not work', lines: lines.map(redact), good: false };
}
