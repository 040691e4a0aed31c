import { type MailError, secret } from '@signalbox/core';
import { z } from 'zod';
import type { AppCredential } from './app-credentials.ts';
import type { Refusal } from './errors.ts';
import { readRecord, type Services, storeKey } from './services.ts';

const memory = z.object({
  /** The one in use. */
  active: z.string().optional(),
  credentials: z.record(z.string(), z.object({ acceptedAt: z.number().optional(), refusedAt: z.number().optional() })),
});
type Memory = z.output<typeof memory>;

const NOTHING_KNOWN: Memory = { credentials: {} };
/** An upload takes a while to reach every server of Entra. */
const ASK_AGAIN_MS = 3_600_000;

/** Which of an application's credentials works, remembered over restarts. */
export interface RollOver {
  /** Asks with one credential after the other, until one is not refused. Throws the last refusal. */
  ask<T>(work: (credential: AppCredential) => Promise<T>): Promise<T>;
}

/** What `work` throws when Entra refused. */
export class RefusedError extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.error.message);
    this.refusal = refusal;
  }
}

export function createRollOver(services: Services, credentials: readonly AppCredential[]): RollOver {
  const key = storeKey(services, 'credentials');
  const { tokens, clock, log, config } = services;
  const options = { signal: services.lifetime };
  let latest = NOTHING_KNOWN;
  const read = async (): Promise<Memory> => {
    latest = await services.spare(async () => readRecord(memory, await tokens.read(key, options)) ?? NOTHING_KNOWN, latest);
    return latest;
  };
  const remember = async (change: (known: Memory) => Memory): Promise<void> => {
    latest = change(latest);
    await services.spare(() => tokens.update(key, async (stored) => secret(JSON.stringify(change(readRecord(memory, stored) ?? NOTHING_KNOWN))), options), undefined);
  };
  const tell = (level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>): void => log.log(level, event, { tenant: config.tenant, clientId: config.clientId, ...fields });

  const accepted = async ({ id, setting }: AppCredential, known: Memory): Promise<void> => {
    if (known.active === id && known.credentials[id]?.acceptedAt !== undefined && known.credentials[id].refusedAt === undefined) return;
    const before = credentials.find((credential) => credential.id === known.active);
    await remember((now) => ({ active: id, credentials: { ...now.credentials, [id]: { acceptedAt: clock.now().getTime() } } }));
    if (credentials.length > 1 && known.active !== id) tell('info', 'auth.credential-promoted', { credential: setting, ...(before && { instead: before.setting }) });
  };
  const refused = async ({ id, setting }: AppCredential, error: MailError): Promise<void> => {
    await remember((now) => ({ ...now, credentials: { ...now.credentials, [id]: { ...now.credentials[id], refusedAt: clock.now().getTime() } } }));
    tell('warn', 'auth.credential-refused', { credential: setting, code: error.code, ...(error.detail?.status !== undefined && { status: error.detail.status }) });
  };

  return {
    async ask(work) {
      const known = credentials.length > 1 ? await read() : NOTHING_KNOWN;
      let last: unknown;
      for (const credential of order(credentials, known, clock.now().getTime())) {
        try {
          const got = await work(credential);
          if (credentials.length > 1) await accepted(credential, known);
          return got;
        } catch (error) {
          if (!(error instanceof RefusedError) || !error.refusal.ofCredential || credentials.length === 1) throw error;
          await refused(credential, error.refusal.error);
          last = error;
        }
      }
      throw last;
    },
  };
}

/** A new one is tested before the one in use; one that was refused comes last, until it is worth another test. */
function order(credentials: readonly AppCredential[], { active, credentials: known }: Memory, now: number): readonly AppCredential[] {
  const rank = ({ id }: AppCredential): number => {
    const { acceptedAt, refusedAt } = known[id] ?? {};
    const isSettled = refusedAt !== undefined && now - refusedAt < ASK_AGAIN_MS;
    if (active !== undefined && id !== active && acceptedAt === undefined && !isSettled) return 0;
    if (isSettled) return 3;
    return id === active ? 1 : 2;
  };
  return credentials.toSorted((one, other) => rank(one) - rank(other));
}
