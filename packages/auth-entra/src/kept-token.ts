import { createHash } from 'node:crypto';
import { type Clock, type CredentialRequest, MailError } from '@signalbox/core';
import { z } from 'zod';
import { readChallenge } from './claims.ts';
import type { WireAnswer } from './http-exchange.ts';

/** An access token as it is kept, in memory and in the host's store. Instants are milliseconds since 1970. */
export const keptToken = z.object({
  token: z.string(),
  obtainedAt: z.number(),
  /** From then on a new one is asked for, while this one still works. */
  renewAt: z.number(),
  expiresAt: z.number(),
  /** Digest of the claims challenge that it satisfies. */
  claims: z.string().optional(),
  /** It came in the place of one that a mail server had refused. */
  afterRefusal: z.boolean().optional(),
});
export type KeptToken = z.output<typeof keptToken>;

/** What a caller wants beside a token for some scope. */
export interface Wish {
  /** The text of the token that a mail server refused. */
  readonly rejected?: string;
  /** JSON. */
  readonly claims?: string;
  /** A token that was had before is only good where there is no newer one: it does not know what was granted since. Milliseconds. */
  readonly obtainedSince?: number;
}

/** Throws `protocol.violation` for claims that cannot be read. */
export function wishOf({ rejected, claims }: CredentialRequest): Wish {
  return { ...(rejected?.kind === 'bearer' && { rejected: rejected.token.reveal() }), ...(claims !== undefined && { claims: readChallenge(claims) }) };
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

/** Whoever wishes the same may wait for the same answer. */
export const keyOfWish = ({ rejected = '', claims = '', obtainedSince = 0 }: Wish): string => [digest(rejected), digest(claims), obtainedSince].join(' ');

const SECOND = 1_000;
/** A token that ends while a request is under way is as good as none. */
const LAST_USE_MS = 30 * SECOND;
/** A server that refuses the replacement at once will refuse the next one too. */
const REPLACEMENT_MS = 10 * SECOND;

/** Whether it may still be handed out, be it only because there is no better one. */
export const isUsable = (kept: KeptToken, { rejected, claims }: Wish, now: Date): boolean =>
  kept.token !== rejected && (claims === undefined || kept.claims === digest(claims)) && now.getTime() < kept.expiresAt - LAST_USE_MS;

/** Usable, and not due to be renewed. */
export const isFresh = (kept: KeptToken, wish: Wish, now: Date): boolean => isUsable(kept, wish, now) && now.getTime() < kept.renewAt && kept.obtainedAt >= (wish.obtainedSince ?? 0);

/** Throws when the refused token itself was the replacement of a refused one a moment ago: asking on would never end. */
export function assertNoLoop(kept: KeptToken | undefined, { rejected }: Wish, now: Date): void {
  if (!kept?.afterRefusal || kept.token !== rejected || now.getTime() - kept.obtainedAt >= REPLACEMENT_MS) return;
  throw new MailError('auth.rejected', 'The mail server refuses every token that Microsoft Entra gives.', {
    remedy: { who: 'tenant-admin', action: 'grant-mailbox-access', text: 'See that the application or the account that signs in may open this mailbox by this protocol.' },
  });
}

/** An answer of the token service, with its times by the host's clock. Absent where it holds no token. */
export function keepToken(answer: WireAnswer | undefined, { rejected, claims }: Wish, clock: Clock): KeptToken | undefined {
  const { access_token: token } = answer?.body ?? {};
  if (!answer || typeof token !== 'string' || token === '') return undefined;
  const obtainedAt = clock.now().getTime();
  const life = lifeOf(answer, obtainedAt);
  const told = Number(answer.body['refresh_in'] ?? Number.NaN) * SECOND;
  // Ten minutes ahead, and never more than a fifth of its life (FACTS.md A9: a policy may set 10 minutes).
  const renewIn = told > 0 && told < life ? told : life - Math.min(600 * SECOND, life / 5);
  return {
    token,
    obtainedAt,
    renewAt: obtainedAt + renewIn,
    expiresAt: obtainedAt + life,
    ...(claims !== undefined && { claims: digest(claims) }),
    ...(rejected !== undefined && { afterRefusal: true }),
  };
}

/** Managed identities tell the moment, by the machine's clock, and sometimes as text; what tells nothing is used once. */
function lifeOf({ body }: WireAnswer, now: number): number {
  const seconds = Number(body['expires_in'] ?? Number.NaN);
  if (seconds > 0) return seconds * SECOND;
  const { expires_on: on } = body;
  const moment = typeof on === 'string' && /[T:-]/.test(on) ? Date.parse(on) : Number(on ?? Number.NaN) * SECOND;
  return moment > now ? moment - now : 0;
}
