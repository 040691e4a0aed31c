import { type Clock, isMailError, type Logger, type Secret, type TokenStore } from '@signalbox/core';
import type { z } from 'zod';
import type { Party } from './aadsts.ts';
import type { BackOff } from './back-off.ts';
import { type Cloud, CLOUDS } from './clouds.ts';
import type { EntraConfig } from './config.ts';
import { createExchange, type Exchange, type WireAnswer } from './http-exchange.ts';
import type { MsalParty } from './msal.ts';

/** What every part of the provider works with. */
export interface Services {
  readonly config: EntraConfig;
  readonly cloud: Cloud;
  readonly place: MsalParty;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tokens: TokenStore;
  readonly backOff: BackOff;
  /** Aborted when the provider is disposed of. */
  readonly lifetime: AbortSignal;
  /** A way to the network for one request. */
  exchange(signal?: AbortSignal): Exchange;
  /** `account` where somebody signs in. */
  party(account?: string): Party;
  /**
   * For what is only remembered to spare a request: without a store, the application goes on by what this process knows.
   * The first failure is told. Nothing of a person's sign-in may pass through here.
   */
  spare<T>(work: () => Promise<T>, otherwise: T): Promise<T>;
}

export interface ServiceParts extends Pick<Services, 'config' | 'clock' | 'log' | 'tokens' | 'backOff' | 'lifetime'> {
  readonly fetch: typeof globalThis.fetch;
}

export function createServices({ fetch, ...parts }: ServiceParts): Services {
  const { config, clock, lifetime, log } = parts;
  const cloud = CLOUDS[config.cloud];
  const discovered = new Map<string, WireAnswer>();
  const place = placeOf(config);
  let isToldOf = false;
  return {
    ...parts,
    async spare(work, otherwise) {
      try {
        return await work();
      } catch (error) {
        lifetime.throwIfAborted();
        if (!isToldOf) log.log('warn', 'auth.store-failed', { tenant: config.tenant, clientId: config.clientId, ...(isMailError(error) ? { code: error.code } : { error: error instanceof Error ? error.name : typeof error }) });
        isToldOf = true;
        return otherwise;
      }
    },
    cloud,
    place,
    exchange: (signal = lifetime) => createExchange({ fetch, clock, signal, discovered }),
    party: (account) => ({ tenant: config.tenant, clientId: config.clientId, consentUrl: consentUrlOf(place), ...(account !== undefined && { account }) }),
  };
}

export function placeOf({ clientId, tenant, authority, cloud }: Pick<EntraConfig, 'clientId' | 'tenant' | 'authority' | 'cloud'>): MsalParty {
  const base = (authority ?? CLOUDS[cloud].authority).replace(/\/+$/, '');
  return { clientId, authority: `${base}/${encodeURIComponent(tenant)}` };
}

const consentUrlOf = ({ authority, clientId }: MsalParty): string => `${authority}/adminconsent?${new URLSearchParams({ client_id: clientId }).toString()}`;

/** Names of keys tell the tenant, the application and the account, and no secret. */
export const storeKey = ({ config, place }: Pick<Services, 'config' | 'place'>, ...parts: readonly string[]): string =>
  ['entra', new URL(place.authority).host, config.tenant, config.clientId, ...parts].map((part) => part.toLowerCase()).join('/');

/** What cannot be read counts as not there: it is asked for anew. */
export function readRecord<T extends z.ZodType>(schema: T, stored: Secret | undefined): z.output<T> | undefined {
  if (!stored) return undefined;
  try {
    return schema.parse(JSON.parse(stored.reveal()));
  } catch {
    return undefined;
  }
}
