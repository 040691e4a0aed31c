import { CryptoProvider } from '@azure/msal-node';
import { type LoginChallenge, MailError } from '@signalbox/core';
import { type ClientKind, type ClientRequests, withKinds } from './client-requests.ts';
import { refusalOfAnswer, refusalOf } from './errors.ts';
import { type Grants, keepLogin, type LoginRecord } from './login-record.ts';
import { publicApp } from './msal.ts';
import { RefusedError } from './roll-over.ts';
import { groupScopes, userScopes } from './scopes.ts';
import type { Services } from './services.ts';

/** As long as somebody may take to find the password and the telephone. */
const LIFETIME_MS = 15 * 60_000;

export interface BrowserBeginning {
  readonly state: string;
  readonly account: string;
  readonly mailboxId: string;
  readonly claims?: string;
  readonly redirectUri: string | undefined;
}

/** RFC 7636: the verifier stays in the store, its digest goes with the browser. */
export async function beginInBrowser(services: Services, { state, account, mailboxId, claims, redirectUri }: BrowserBeginning, options: { readonly signal?: AbortSignal }): Promise<LoginChallenge> {
  if (redirectUri === undefined) throw new MailError('config.invalid', 'To sign in by a browser, somebody has to say where it shall come back to (redirectUri).');
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const scopes = groupScopes(services.config.scopes).map((group) => userScopes(group, services.cloud));
  const exchange = services.exchange(options.signal);
  let authorizationUrl: string;
  try {
    authorizationUrl = await publicApp(services.place, exchange).getAuthCodeUrl({
      scopes: scopes.flat(), // consent may span resources; the code is redeemed for the first of them (FACTS.md A3)
      redirectUri,
      state,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
      loginHint: account,
      prompt: 'select_account',
      ...(claims !== undefined && { claims }),
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new RefusedError(refusalOf(exchange, error, { party: services.party(account), clock: services.clock, secrets: [verifier] }));
  }
  const expiresAt = services.clock.now().getTime() + LIFETIME_MS;
  await keepLogin(services, state, { type: 'browser', account, mailboxId, scopes: [...(scopes[0] ?? [])], verifier, redirectUri, expiresAt }, options);
  return { type: 'browser', authorizationUrl, state, expiresAt: new Date(expiresAt).toISOString() };
}

type BrowserLogin = Extract<LoginRecord, { readonly type: 'browser' }>;

export interface BrowserReturn {
  readonly state: string;
  readonly callbackUrl: string | undefined;
  readonly signal?: AbortSignal;
}

export async function finishInBrowser(services: Services, requests: ClientRequests, login: BrowserLogin, { state, callbackUrl, signal }: BrowserReturn): Promise<Grants> {
  const code = readReturn(services, login, state, callbackUrl);
  return withKinds(kindsFor(login.redirectUri, requests.hasCredential), async (kind) => {
    const answer = await requests.ask({ account: login.account, kind, secrets: [code, login.verifier], signal }, (app) =>
      app.acquireTokenByCode({ code, scopes: login.scopes, redirectUri: login.redirectUri, codeVerifier: login.verifier }),
    );
    return { answer, client: kind, scopes: login.scopes };
  });
}

/** A loopback address is a program's own (RFC 8252 §7.3), another one a service's. */
function kindsFor(redirectUri: string, hasCredential: boolean): readonly [ClientKind, ClientKind?] {
  if (!hasCredential) return ['public'];
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(redirectUri).hostname);
  return isLoopback ? ['public', 'confidential'] : ['confidential', 'public'];
}

function readReturn(services: Services, { account }: BrowserLogin, state: string, callbackUrl: string | undefined): string {
  const query = callbackUrl !== undefined && URL.canParse(callbackUrl, 'http://localhost') ? new URL(callbackUrl, 'http://localhost').searchParams : new URLSearchParams();
  if (query.get('state') !== state) throw incomplete('The browser came back with the answer to another sign-in.', account);
  const error = query.get('error');
  if (error !== null) throw new RefusedError(refusalInQuery(services, account, error, query));
  const code = query.get('code');
  if (code === null || code === '') throw incomplete('The browser came back without a code.', account);
  return code;
}

/** /authorize has no field for its numbers: they stand in the description (FACTS.md A3). */
function refusalInQuery(services: Services, account: string, error: string, query: URLSearchParams) {
  const description = query.get('error_description') ?? '';
  const codes = [...description.matchAll(/AADSTS(\d+)/g)].map(([, number]) => Number(number));
  const body = { error, error_description: description, error_codes: codes, ...(query.has('claims') && { claims: query.get('claims') }) };
  return refusalOfAnswer({ status: 400, headers: {}, body, isJson: true }, { party: services.party(account), clock: services.clock, secrets: [] });
}

const incomplete = (message: string, account: string): MailError =>
  new MailError('auth.interaction-required', message, { remedy: { who: 'mailbox-user', action: 'sign-in-again', text: `Begin to sign in as ${account} anew, in one browser window.` } });
