import { createHash, randomBytes } from 'node:crypto';
import { secret } from '@signalbox/core';
import { z } from 'zod';
import type { ClientKind } from './client-requests.ts';
import type { WireAnswer } from './http-exchange.ts';
import { readRecord, type Services, storeKey } from './services.ts';

const common = { account: z.string(), mailboxId: z.string(), scopes: z.array(z.string()), expiresAt: z.number() };

/** What the second half of a sign-in needs of the first, and nobody else may see. */
export const loginRecord = z.discriminatedUnion('type', [
  z.object({ ...common, type: z.literal('browser'), verifier: z.string(), redirectUri: z.string() }),
  z.object({ ...common, type: z.literal('device-code'), deviceCode: z.string(), intervalMs: z.number() }),
]);
export type LoginRecord = z.output<typeof loginRecord>;

/** Tokens for whoever has just signed in. */
export interface Grants {
  readonly answer: WireAnswer;
  readonly client: ClientKind;
  /** What the answer's access token is for. */
  readonly scopes: readonly string[];
}

export const newState = (): string => randomBytes(24).toString('base64url');

/** The state comes back through the browser, and so a name is made of it that opens nothing. */
const keyOf = (services: Services, state: string): string => storeKey(services, 'login', createHash('sha256').update(state).digest('hex'));

type Options = { readonly signal?: AbortSignal };

export const keepLogin = (services: Services, state: string, record: LoginRecord, options: Options): Promise<void> => services.tokens.write(keyOf(services, state), secret(JSON.stringify(record)), options);

export const findLogin = async (services: Services, state: string, options: Options): Promise<LoginRecord | undefined> => readRecord(loginRecord, await services.tokens.read(keyOf(services, state), options));

export const dropLogin = (services: Services, state: string, options: Options): Promise<void> => services.tokens.delete(keyOf(services, state), options);
