import { readFile } from 'node:fs/promises';
import { isMailError, MailError, type Mailbox } from '@signalbox/core';
import { singleFlight } from '@signalbox/kit';
import { ConfidentialClientApplication } from '@azure/msal-node';
import type { ClientRequests } from './client-requests.ts';
import { networkError } from './errors.ts';
import { payloadOf } from './id-token.ts';
import { assertNoLoop, digest, isFresh, keepToken, keyOfWish, type KeptToken, type Wish } from './kept-token.ts';
import { RefusedError } from './roll-over.ts';
import { type AskedScopes, userScopes } from './scopes.ts';
import type { Services } from './services.ts';

/** Tokens in exchange for the access token that a caller brings for its user: Microsoft's on-behalf-of grant (FACTS.md A6). */
export interface ExchangedTokens {
  get(mailbox: Mailbox, asked: AskedScopes, wish: Wish, signal?: AbortSignal): Promise<KeptToken>;
  forget(): void;
  /** Throws when there is nothing to exchange, or nothing that could still be exchanged. */
  check(mailbox: Mailbox): Promise<void>;
}

/** What was exchanged is kept in memory alone: it lives no longer than the caller's session. */
export function createExchangedTokens(services: Services, requests: ClientRequests): ExchangedTokens {
  const { config, cloud, clock, backOff, log, lifetime } = services;
  const inMemory = new Map<string, KeptToken>();
  const flights = singleFlight<KeptToken>();

  const exchange = async (mailbox: Mailbox, assertion: string, scopes: readonly string[], wish: Wish): Promise<KeptToken> => {
    const key = `${digest(assertion)} ${scopes.join(' ')}`;
    const known = inMemory.get(key);
    assertNoLoop(known, wish, clock.now());
    if (known && isFresh(known, wish, clock.now())) return known;
    backOff.check(key);
    try {
      const { claims } = wish;
      const answer = await requests.ask({ account: accountIn(assertion) ?? mailbox.address, kind: 'confidential', secrets: [assertion], signal: lifetime }, async (app) => {
        if (!(app instanceof ConfidentialClientApplication)) throw new TypeError('A public client cannot exchange tokens.');
        await app.acquireTokenOnBehalfOf({ oboAssertion: assertion, scopes: [...scopes], skipCache: true, ...(claims !== undefined && { claims }) });
      });
      const kept = keepToken(answer, wish, clock);
      if (!kept) throw new MailError('protocol.violation', 'Microsoft Entra gave an answer that holds no token.');
      backOff.clear(key);
      for (const [name, { expiresAt }] of inMemory) if (expiresAt <= clock.now().getTime()) inMemory.delete(name);
      inMemory.set(key, kept);
      log.log('debug', 'auth.token-renewed', { grant: 'assertion', mailbox: mailbox.id, expiresAt: new Date(kept.expiresAt).toISOString() });
      return kept;
    } catch (thrown) {
      throw backOff.note(key, thrown instanceof RefusedError ? thrown.refusal.error : isMailError(thrown) ? thrown : networkError(thrown));
    }
  };

  return {
    async get(mailbox, asked, wish, signal) {
      signal?.throwIfAborted();
      const assertion = await readAssertion(services, mailbox);
      const account = accountIn(assertion);
      if (config.account !== undefined && account?.toLowerCase() !== config.account.toLowerCase()) throw wrongAccount(config.account, account);
      const scopes = userScopes(asked, cloud);
      return flights.run([digest(assertion), ...scopes, keyOfWish(wish)].join(' '), () => exchange(mailbox, assertion, scopes, wish), signal);
    },
    forget: () => inMemory.clear(),
    async check(mailbox) {
      const { exp } = payloadOf(await readAssertion(services, mailbox));
      if (typeof exp === 'number' && exp * 1_000 <= clock.now().getTime()) throw overdue(services, mailbox);
    },
  };
}

/** The bare token, or JSON with `access_token`; read anew each time, because something else keeps it fresh. */
async function readAssertion({ config: { token, tokenFile } }: Services, mailbox: Mailbox): Promise<string> {
  const text = tokenFile === undefined ? token?.reveal() : await readFile(tokenFile, 'utf8').catch((error: unknown) => Promise.reject(unusable(mailbox, tokenFile, error)));
  const assertion = tokenIn(text?.trim() ?? '');
  if (assertion === '') throw unusable(mailbox, tokenFile);
  return assertion;
}

function tokenIn(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    const { access_token: token } = JSON.parse(text) as { readonly access_token?: unknown };
    return typeof token === 'string' ? token : '';
  } catch {
    return '';
  }
}

function accountIn(assertion: string): string | undefined {
  const { upn, preferred_username: preferred } = payloadOf(assertion);
  const name = upn ?? preferred;
  return typeof name === 'string' ? name : undefined;
}

const overdue = ({ config }: Services, { address }: Mailbox): MailError =>
  new MailError('auth.interaction-required', `The user token that was brought for ${address} has expired.`, {
    remedy: { who: 'operator', action: 'sign-in-again', text: `Bring a fresh access token whose audience is the application ${config.clientId}${config.tokenFile === undefined ? '' : `: whatever writes ${config.tokenFile} has stopped doing so`}.` },
  });

const wrongAccount = (wanted: string, account: string | undefined): MailError =>
  new MailError('auth.wrong-account', `The token that was brought is that of ${account ?? 'somebody without a name'}, and not of ${wanted}.`, {
    remedy: { who: 'operator', action: 'sign-in-again', text: `Bring the access token of ${wanted}.` },
  });

const unusable = ({ address }: Mailbox, tokenFile: string | undefined, cause?: unknown): MailError =>
  new MailError('config.invalid', `There is no user token to exchange for ${address}.`, {
    remedy: { who: 'operator', action: 'fix-config', text: `Let ${tokenFile ?? '"token"'} hold an access token of the user whose audience is this application.` },
    ...(cause !== undefined && { cause }),
  });
