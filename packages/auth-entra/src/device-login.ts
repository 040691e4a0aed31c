import { type LoginChallenge, MailError } from '@signalbox/core';
import { isTransient, refusalOf, refusalOfAnswer } from './errors.ts';
import type { Exchange, WireAnswer } from './http-exchange.ts';
import { type Grants, keepLogin, type LoginRecord } from './login-record.ts';
import { RefusedError } from './roll-over.ts';
import { groupScopes, userScopes } from './scopes.ts';
import type { Services } from './services.ts';

// MSAL's device code call begins and waits in one: it cannot be finished by another process (FACTS.md B2). Two plain requests can.

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const OPEN_ID = ['openid', 'profile', 'offline_access'] as const;
/** RFC 8628 §3.2, §3.5. */
const DEFAULT_INTERVAL_S = 5;
const SLOWER_MS = 5_000;

export interface DeviceBeginning {
  readonly state: string;
  readonly account: string;
  readonly mailboxId: string;
}

interface DeviceAnswer {
  readonly user_code?: unknown;
  readonly device_code?: unknown;
  readonly verification_uri?: unknown;
  readonly expires_in?: unknown;
  readonly interval?: unknown;
}

/**
 * RFC 8628 §3.1. Always as a public client: Entra wants it so (FACTS.md A5). For one resource: where a device code is
 * asked for two, the person signs in and consents, and then every poll is refused (docs/quirks/entra.md).
 */
export async function beginOnDevice(services: Services, { state, account, mailboxId }: DeviceBeginning, options: { readonly signal?: AbortSignal }): Promise<LoginChallenge> {
  const [scopes = []] = groupScopes(services.config.scopes).map((group) => userScopes(group, services.cloud));
  const exchange = services.exchange(options.signal);
  const answer = await post(services, exchange, 'devicecode', { scope: scopeText(scopes) }, { account, secrets: [], ...options });
  const { user_code: userCode, device_code: deviceCode, verification_uri: verificationUri, ...told }: DeviceAnswer = answer.body;
  if (answer.status !== 200 || typeof userCode !== 'string' || typeof deviceCode !== 'string' || typeof verificationUri !== 'string') throw refused(services, answer, account, []);
  const expiresAt = services.clock.now().getTime() + Number(told.expires_in ?? 900) * 1_000;
  await keepLogin(services, state, { type: 'device-code', account, mailboxId, scopes: [...scopes], deviceCode, intervalMs: Number(told.interval ?? DEFAULT_INTERVAL_S) * 1_000, expiresAt }, options);
  return { type: 'device-code', verificationUri, userCode, state, expiresAt: new Date(expiresAt).toISOString() };
}

type DeviceLogin = Extract<LoginRecord, { readonly type: 'device-code' }>;

/** Waits until somebody has signed in elsewhere, or the code has run out. */
export async function finishOnDevice(services: Services, { account, deviceCode, scopes, intervalMs, expiresAt }: DeviceLogin, options: { readonly signal?: AbortSignal }): Promise<Grants> {
  const { clock } = services;
  for (let wait = intervalMs; clock.now().getTime() < expiresAt; ) {
    const answer = await poll(services, { account, deviceCode }, options);
    if (answer?.status === 200 && typeof answer.body['access_token'] === 'string') return { answer, client: 'public', scopes };
    if (answer?.body['error'] === 'slow_down') wait += SLOWER_MS;
    await clock.sleep(wait, options.signal);
  }
  throw new MailError('auth.interaction-required', 'Nobody has signed in as long as the code was valid.', { remedy: { who: 'mailbox-user', action: 'sign-in-again', text: `Begin to sign in as ${account} anew.` } });
}

/** Absent while there is nothing to tell yet: nobody has signed in, or Entra cannot answer for a moment. */
async function poll(services: Services, { account, deviceCode }: Pick<DeviceLogin, 'account' | 'deviceCode'>, options: { readonly signal?: AbortSignal }): Promise<WireAnswer | undefined> {
  try {
    const form = { grant_type: GRANT, device_code: deviceCode, client_info: '1' };
    const answer = await post(services, services.exchange(options.signal), 'token', form, { account, secrets: [deviceCode], ...options });
    const { error } = answer.body;
    if (answer.status === 200 || error === 'authorization_pending' || error === 'slow_down') return answer;
    throw refused(services, answer, account, [deviceCode]);
  } catch (thrown) {
    if (thrown instanceof RefusedError && isTransient(thrown.refusal.error)) return undefined;
    throw thrown;
  }
}

interface PostOptions {
  readonly account: string;
  readonly secrets: readonly string[];
  readonly signal?: AbortSignal;
}

async function post(services: Services, exchange: Exchange, endpoint: 'devicecode' | 'token', form: Readonly<Record<string, string>>, { account, secrets, signal }: PostOptions): Promise<WireAnswer> {
  const { authority, clientId } = services.place;
  try {
    return await exchange.send('POST', `${authority}/oauth2/v2.0/${endpoint}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
      body: new URLSearchParams({ client_id: clientId, ...form }).toString(),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new RefusedError(refusalOf(exchange, error, { party: services.party(account), clock: services.clock, secrets }));
  }
}

const refused = (services: Services, answer: WireAnswer, account: string, secrets: readonly string[]): RefusedError =>
  new RefusedError(refusalOfAnswer(answer, { party: services.party(account), clock: services.clock, secrets }));

const scopeText = (scopes: readonly string[]): string => [...scopes, ...OPEN_ID].join(' ');
