import { type AuthDeadline, type AuthDetails, type AuthStatus, type CallOptions, isMailError, type Mailbox, type MailError, type Remedy } from '@signalbox/core';
import type { AppCredential } from './app-credentials.ts';
import type { AppTokens } from './app-tokens.ts';
import { byTime, credentialDeadlines, signInDeadlines } from './calendar.ts';
import { isTransient } from './errors.ts';
import type { ExchangedTokens } from './on-behalf-of.ts';
import type { Reminders } from './reminders.ts';
import type { Services } from './services.ts';
import { readSignIn, signInKey, type SignInRecord } from './sign-in-record.ts';
import { accountOf, signInRemedy } from './account.ts';

export interface StatusParts {
  readonly credentials: readonly AppCredential[];
  readonly appTokens: AppTokens;
  readonly exchanged: ExchangedTokens;
  readonly reminders: Reminders;
}

/** What is known without asking Entra. */
export interface StatusTeller {
  of(mailbox: Mailbox, options?: CallOptions): Promise<AuthStatus>;
  /** Warns of what comes to its end; never fails, because nobody asked for it. */
  remind(mailbox: Mailbox): Promise<void>;
}

export function createStatus(services: Services, { credentials, appTokens, exchanged, reminders }: StatusParts): StatusTeller {
  const { config, tokens, clock, log, backOff } = services;
  const ofApp = credentialDeadlines(credentials, services.party());

  const recordOf = async (mailbox: Mailbox, options?: CallOptions): Promise<SignInRecord | undefined> => readSignIn(await tokens.read(signInKey(services, accountOf(services, mailbox)), options));
  const ofRecord = (record: SignInRecord | undefined): readonly AuthDeadline[] => (record && !record.ended ? signInDeadlines(record, config.renewal?.timeZone) : []);
  const announce = async (account: string | undefined, record: SignInRecord | undefined): Promise<void> => {
    await reminders.announce('application', ofApp);
    if (account !== undefined) await reminders.announce(account, ofRecord(record));
  };

  const ofSignIn = async (mailbox: Mailbox, options?: CallOptions): Promise<AuthStatus> => {
    const account = accountOf(services, mailbox);
    const record = await recordOf(mailbox, options);
    await announce(account, record);
    if (!record) return { state: 'action-required', account, remedy: signInRemedy(account) };
    const own = ofRecord(record);
    const deadlines = [...own, ...(record.client === 'confidential' ? ofApp : [])].toSorted(byTime);
    const details: AuthDetails = { account: record.account, ...(record.signedInAt !== undefined && { signedInAt: new Date(record.signedInAt) }), renewedAt: new Date(record.renewedAt), deadlines };
    const due = record.ended ? (record.ended.remedy ?? signInRemedy(account)) : overdue(deadlines, clock.now());
    if (due) return { state: 'action-required', ...details, remedy: due };
    return standingState(details, backOff.all().filter(([key]) => key.startsWith(`${record.id} `)).map(([, error]) => error));
  };

  const ofApplication = async (options?: CallOptions): Promise<AuthStatus> => {
    await announce(undefined, undefined);
    const renewedAt = appTokens.renewedAt();
    const details: AuthDetails = { ...(renewedAt && { renewedAt }), ...(ofApp.length > 0 && { deadlines: [...ofApp].toSorted(byTime) }) };
    const failure = await appTokens.lastFailure(options?.signal);
    // With a second credential the end of the first is no failure yet.
    const due = failure?.remedy ?? (ofApp.length > 0 && ofApp.length === credentials.length && ofApp.every(({ at }) => at <= clock.now()) ? ofApp[0]?.remedy : undefined);
    if (due) return { state: 'action-required', ...details, remedy: due };
    return standingState(details, backOff.all().map(([, error]) => error));
  };

  return {
    async of(mailbox, options) {
      options?.signal?.throwIfAborted();
      if (config.grant === 'delegated') return ofSignIn(mailbox, options);
      const missing = config.grant === 'assertion' ? await lacking(exchanged.check(mailbox)) : undefined;
      return missing ? { state: 'action-required', remedy: missing } : ofApplication(options);
    },
    async remind(mailbox) {
      try {
        if (config.grant !== 'delegated') await announce(undefined, undefined);
        else await announce(accountOf(services, mailbox), await recordOf(mailbox));
      } catch (error) {
        log.log('warn', 'auth.reminder-failed', { mailbox: mailbox.id, error: error instanceof Error ? error.name : typeof error });
      }
    },
  };
}

/** Who has to do what before the work can succeed. */
async function lacking(work: Promise<void>): Promise<Remedy | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (isMailError(error) && error.remedy) return error.remedy;
    throw error;
  }
}

const overdue = (deadlines: readonly AuthDeadline[], now: Date): Remedy | undefined => deadlines.find(({ at }) => at <= now)?.remedy;

/** What Entra refused last decides, as long as it has not been asked again. */
function standingState(details: AuthDetails, errors: readonly MailError[]): AuthStatus {
  const refusal = errors.find((error) => !isTransient(error) && error.remedy);
  if (refusal?.remedy) return { state: 'action-required', ...details, remedy: refusal.remedy };
  const [passing] = errors.filter(isTransient);
  if (passing) return { state: 'unavailable', ...details, error: passing };
  const [next] = details.deadlines ?? [];
  return { state: 'ready', ...details, ...(next && { expiresAt: next.at }) };
}
