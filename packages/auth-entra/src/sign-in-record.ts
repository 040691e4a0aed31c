import { secret, type Secret } from '@signalbox/core';
import { z } from 'zod';
import { keptFailure } from './kept-failure.ts';
import { keptToken } from './kept-token.ts';
import { readRecord, type Services, storeKey } from './services.ts';

/**
 * What is kept of a person's sign-in: one record per tenant, application and account, written as a whole, so that a
 * refresh token and the access tokens that came with it can never be of different ages. Instants are milliseconds.
 */
export const signInRecord = z.object({
  version: z.literal(1),
  /** Another one for each sign-in: what was refused before says nothing about it. */
  id: z.string(),
  account: z.string(),
  /** Whose account it is, by id. Absent where Entra did not say. */
  tenantId: z.string().optional(),
  /** How the token was got is how it has to be renewed (AADSTS700025, 7000218). */
  client: z.enum(['public', 'confidential']),
  refreshToken: z.string(),
  /** Absent for a sign-in that was taken over: nobody tells when it was. */
  signedInAt: z.number().optional(),
  /** When it was taken over from another program. */
  adoptedAt: z.number().optional(),
  renewedAt: z.number(),
  /** By what was asked for. */
  access: z.record(z.string(), keptToken),
  /** The claims that the next sign-in has to satisfy. */
  claims: z.string().optional(),
  /** Entra has said that nothing will come of this sign-in any more: it is not asked again. */
  ended: keptFailure.optional(),
});
export type SignInRecord = z.output<typeof signInRecord>;

export const signInKey = (services: Services, account: string): string => storeKey(services, 'account', account);

export const readSignIn = (stored: Secret | undefined): SignInRecord | undefined => readRecord(signInRecord, stored);

export const writeSignIn = (record: SignInRecord): Secret => secret(JSON.stringify(record));
