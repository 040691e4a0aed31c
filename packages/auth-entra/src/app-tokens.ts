import { isMailError, type MailError, type Secret, secret } from '@signalbox/core';
import { singleFlight } from '@signalbox/kit';
import { z } from 'zod';
import type { AppCredential } from './app-credentials.ts';
import { isTransient, networkError, refusalOf } from './errors.ts';
import { createFailureMemory, type FailureMemory } from './failure-memory.ts';
import { assertNoLoop, digest, isFresh, isUsable, keepToken, keptToken, type KeptToken, keyOfWish, type Wish } from './kept-token.ts';
import { askMachine, confidentialApp } from './msal.ts';
import { createRollOver, RefusedError } from './roll-over.ts';
import { readRecord, type Services, storeKey } from './services.ts';

/** With the credential that it was had by: a configuration with another one has to prove that one, and not live on what is left of the old. */
const appToken = keptToken.extend({ by: z.string() });
type AppToken = z.output<typeof appToken>;

/**
 * A token tells the roles that were granted when it was made (FACTS.md A8), and those of clients that understand
 * challenges live up to 28 hours (A9). Nobody is challenged because of a role that was added: without this, a running
 * process would be refused until the next day what an administrator has just granted.
 */
const RENEW_AFTER_MS = 3_600_000;

/** Tokens of the application itself: one per resource, however many mailboxes and processes use it. */
export interface AppTokens {
  /** `scope` ends in `/.default`. */
  get(scope: string, wish: Wish, signal?: AbortSignal): Promise<KeptToken>;
  /** Forgets every token that was had, here and in the store. */
  forget(signal?: AbortSignal): Promise<void>;
  /** What only a person can change, since the last token that was had for the same resource. */
  lastFailure(signal?: AbortSignal): Promise<MailError | undefined>;
  /** When the last token was had, as far as is known here. */
  renewedAt(): Date | undefined;
}

export function createAppTokens(services: Services, credentials: readonly AppCredential[]): AppTokens {
  const { tokens, clock, log, backOff, lifetime } = services;
  const inMemory = new Map<string, AppToken>();
  const flights = singleFlight<AppToken>();
  const rollOver = createRollOver(services, credentials);
  const issuer = digest(credentials.map(({ id }) => id).join(' '));
  const failuresOf = (scope: string): FailureMemory => createFailureMemory(services, 'application', issuer, scope);
  /** Other processes may have had tokens for what was not asked for here. */
  const allScopes = (): ReadonlySet<string> => new Set([...inMemory.keys(), `${services.cloud.graph}/.default`, `${services.cloud.outlook}/.default`]);
  const readToken = (stored: Secret | undefined): AppToken | undefined => {
    const known = readRecord(appToken, stored);
    return credentials.some(({ id }) => id === known?.by) ? known : undefined;
  };
  const keyOf = (scope: string): string => storeKey(services, 'application', scope);

  const renew = async (scope: string, wish: Wish, known: AppToken | undefined): Promise<AppToken> => {
    try {
      backOff.check(scope);
      const kept = await rollOver.ask((credential) => askForToken(services, credential, scope, wish));
      backOff.clear(scope);
      await failuresOf(scope).clear();
      log.log('debug', 'auth.token-renewed', { grant: 'client-credentials', scope, expiresAt: new Date(kept.expiresAt).toISOString() });
      return kept;
    } catch (thrown) {
      const held = backOff.standing(scope);
      const error = held ?? backOff.note(scope, thrown instanceof RefusedError ? thrown.refusal.error : failureOf(thrown));
      if (!held && !isTransient(error)) await failuresOf(scope).keep(error);
      if (!known || !isUsable(known, wish, clock.now()) || !isTransient(error)) throw error;
      log.log('warn', 'auth.renewal-postponed', { scope, code: error.code, expiresAt: new Date(known.expiresAt).toISOString() });
      return known;
    }
  };

  const take = async (scope: string, wish: Wish, known: AppToken | undefined): Promise<AppToken> => {
    assertNoLoop(known, wish, clock.now());
    return known && isFresh(known, wish, clock.now()) ? known : renew(scope, wish, known);
  };

  /** In turn over all processes: whoever comes second finds the token of the first. A store that fails costs that turn, and no mail. */
  const throughStore = async (scope: string, wish: Wish): Promise<AppToken> => {
    let got: Promise<AppToken> | undefined;
    const turn = async (stored: Secret | undefined): Promise<Secret> => {
      const known = readToken(stored) ?? inMemory.get(scope);
      got = take(scope, wish, known);
      const token = await got;
      return stored && token === known ? stored : secret(JSON.stringify(token));
    };
    // What Entra refused is thrown below by `got` itself, and is no failure of the store.
    const inTurn = async (): Promise<void> => {
      try {
        await tokens.update(keyOf(scope), turn, { signal: lifetime });
      } catch (error) {
        if (got && (await isRefused(got))) return;
        throw error;
      }
    };
    await services.spare(inTurn, undefined);
    const token = await (got ?? take(scope, wish, inMemory.get(scope)));
    inMemory.set(scope, token);
    return token;
  };

  return {
    async get(scope, wish, signal) {
      signal?.throwIfAborted();
      const known = inMemory.get(scope);
      const now = clock.now();
      if (known && (isFresh(known, wish, now) || (isUsable(known, wish, now) && backOff.standing(scope)))) return known;
      const flight = [scope, keyOfWish(wish)].join(' ');
      return flights.run(flight, () => throughStore(scope, wish), signal);
    },
    async lastFailure(signal) {
      for (const scope of allScopes()) {
        const failure = await failuresOf(scope).read(signal);
        if (failure) return failure;
      }
      return undefined;
    },
    renewedAt() {
      const times = [...inMemory.values()].map(({ obtainedAt }) => obtainedAt);
      return times.length === 0 ? undefined : new Date(Math.max(...times));
    },
    async forget(signal) {
      const all = allScopes();
      inMemory.clear();
      for (const scope of all) {
        await tokens.delete(keyOf(scope), signal ? { signal } : {});
        await failuresOf(scope).clear(signal);
      }
    },
  };
}

/** Throws `RefusedError`, or what was in the way. */
async function askForToken(services: Services, { proof, id }: AppCredential, scope: string, wish: Wish): Promise<AppToken> {
  const { place, lifetime, clock } = services;
  const exchange = services.exchange();
  const claims = wish.claims === undefined ? {} : { claims: wish.claims };
  let secrets: readonly string[] = [];
  try {
    if (proof.kind === 'managed-identity') {
      await askMachine(exchange, { clientId: proof.clientId, scope, claims: wish.claims });
    } else {
      const { options, ...hidden } = await proof.auth(lifetime);
      ({ secrets } = hidden);
      await confidentialApp(place, exchange, options).acquireTokenByClientCredential({ scopes: [scope], skipCache: true, ...claims });
    }
  } catch (error) {
    throw new RefusedError(refusalOf(exchange, error, { party: services.party(), clock, secrets }));
  }
  const kept = keepToken(exchange.answer, wish, clock);
  if (!kept) throw new RefusedError(refusalOf({ answer: undefined, failure: undefined }, undefined, { party: services.party(), clock, secrets }));
  return { ...kept, renewAt: Math.min(kept.renewAt, kept.obtainedAt + RENEW_AFTER_MS), by: id };
}

const isRefused = (got: Promise<unknown>): Promise<boolean> => got.then(() => false, () => true);

const failureOf = (thrown: unknown): MailError => (isMailError(thrown) ? thrown : networkError(thrown));
