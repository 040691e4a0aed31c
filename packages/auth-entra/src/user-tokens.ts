import { isMailError, MailError } from '@signalbox/core';
import { singleFlight } from '@signalbox/kit';
import type { ClientRequests } from './client-requests.ts';
import { isTransient, networkError, type Refusal } from './errors.ts';
import type { WireAnswer } from './http-exchange.ts';
import { keepFailure, restoreFailure } from './kept-failure.ts';
import { assertNoLoop, isFresh, isUsable, keyOfWish, keepToken, type KeptToken, type Wish } from './kept-token.ts';
import { nobodySignedIn } from './account.ts';
import { RefusedError } from './roll-over.ts';
import { type AskedScopes, groupScopes, userScopes } from './scopes.ts';
import type { Services } from './services.ts';
import { readSignIn, signInKey, type SignInRecord, writeSignIn } from './sign-in-record.ts';

/** Tokens for somebody who signed in. */
export interface UserTokens {
  get(account: string, asked: AskedScopes, wish: Wish, signal?: AbortSignal): Promise<KeptToken>;
}

/** What a renewal came to: the record to keep, and what its caller gets. */
interface Outcome {
  readonly record: SignInRecord;
  readonly token?: KeptToken;
  readonly error?: MailError;
}

export function createUserTokens(services: Services, requests: ClientRequests): UserTokens {
  const { tokens, clock, log, backOff, lifetime } = services;
  const flights = singleFlight<KeptToken>();

  const renew = async (record: SignInRecord, scopes: readonly string[], wish: Wish): Promise<Outcome> => {
    const key = scopes.join(' ');
    const hold = `${record.id} ${key}`;
    const known = record.access[key];
    try {
      backOff.check(hold);
      const { claims } = wish;
      const answer = await requests.ask({ account: record.account, kind: record.client, secrets: [record.refreshToken], signal: lifetime }, (app) =>
        app.acquireTokenByRefreshToken({ refreshToken: record.refreshToken, scopes: [...scopes], ...(claims !== undefined && { claims }) }),
      );
      backOff.clear(hold);
      const token = keepToken(answer, wish, clock);
      if (!token) throw new MailError('protocol.violation', 'Microsoft Entra gave an answer that holds no token.');
      log.log('debug', 'auth.token-renewed', { grant: 'delegated', account: record.account, scopes: key, expiresAt: new Date(token.expiresAt).toISOString() });
      return { record: renewed(record, answer, key, token, clock.now()), token };
    } catch (thrown) {
      const refusal = thrown instanceof RefusedError ? thrown.refusal : undefined;
      const error = backOff.standing(hold) ?? backOff.note(hold, refusal?.error ?? (isMailError(thrown) ? thrown : networkError(thrown)));
      if (known && isUsable(known, wish, clock.now()) && isTransient(error)) {
        log.log('warn', 'auth.renewal-postponed', { account: record.account, scopes: key, code: error.code });
        return { record, token: known };
      }
      return { record: refused(record, refusal), error };
    }
  };

  const throughStore = async (account: string, scopes: readonly string[], wish: Wish): Promise<KeptToken> => {
    let outcome: Outcome | undefined;
    const stored = await tokens.update(
      signInKey(services, account),
      async (current) => {
        const record = readSignIn(current);
        if (!record) throw nobodySignedIn(services, account);
        if (record.ended) throw restoreFailure(record.ended);
        const known = record.access[scopes.join(' ')];
        assertNoLoop(known, wish, clock.now());
        if (known && isFresh(known, wish, clock.now())) {
          outcome = { record, token: known };
          return current;
        }
        outcome = await renew(record, scopes, wish);
        return outcome.record === record ? current : writeSignIn(outcome.record);
      },
      { signal: lifetime },
    );
    // Only what the store holds now is handed out: a sign-out or another sign-in may have come in between.
    if (!stored || !outcome) throw nobodySignedIn(services, account);
    if (outcome.record.ended) log.log('warn', 'auth.sign-in-ended', { account, code: outcome.record.ended.code, ...(outcome.record.ended.status !== undefined && { status: outcome.record.ended.status }) });
    if (outcome.token) return outcome.token;
    throw outcome.error ?? nobodySignedIn(services, account);
  };

  /** A turn costs two writes that wait for the disk, and a transport asks with every request: what is fresh is only read. */
  const fresh = async (account: string, scopes: readonly string[], wish: Wish): Promise<KeptToken | undefined> => {
    const known = readSignIn(await tokens.read(signInKey(services, account), { signal: lifetime }))?.access[scopes.join(' ')];
    return known && isFresh(known, wish, clock.now()) ? known : undefined;
  };

  return {
    async get(account, asked, wish, signal) {
      signal?.throwIfAborted();
      const scopes = withOthersOfResource(services, asked);
      const flight = [account.toLowerCase(), ...scopes, keyOfWish(wish)].join(' ');
      return flights.run(flight, async () => (await fresh(account, scopes, wish)) ?? throughStore(account, scopes, wish), signal);
    },
  };
}

/** What the person consented to at the same resource is asked for together: one token serves IMAP and SMTP. */
function withOthersOfResource({ config, cloud }: Services, asked: AskedScopes): readonly string[] {
  const consented = groupScopes(config.scopes).find(({ kind, resource }) => kind === asked.kind && (kind !== 'other' || resource === asked.resource));
  const isDefault = asked.names.includes('.default');
  const scopes = [...userScopes(asked, cloud), ...(consented && !isDefault ? userScopes(consented, cloud) : [])];
  return [...new Set(scopes)].toSorted();
}

/** Each use brings another refresh token, which takes the place of the old one (FACTS.md A4). */
function renewed(record: SignInRecord, { body }: WireAnswer, key: string, token: KeptToken, now: Date): SignInRecord {
  const { refresh_token: refreshToken } = body;
  const alive = Object.entries(record.access).filter(([, kept]) => kept.expiresAt > now.getTime());
  return {
    ...record,
    ...(typeof refreshToken === 'string' && refreshToken !== '' && { refreshToken }),
    renewedAt: now.getTime(),
    access: { ...Object.fromEntries(alive), [key]: token },
  };
}

function refused(record: SignInRecord, refusal: Refusal | undefined): SignInRecord {
  if (!refusal) return record;
  if (refusal.endsSignIn) return { ...record, ended: keepFailure(refusal.error), access: {} };
  return refusal.claims === undefined ? record : { ...record, claims: refusal.claims };
}
