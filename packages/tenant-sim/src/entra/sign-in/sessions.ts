import { randomBytes } from 'node:crypto';
import type { TenantClock } from '../../clock.ts';
import type { Directory } from '../../directory/directory.ts';
import type { TenantUser } from '../../directory/user.ts';
import { EntraError } from '../error.ts';
import type { Proof } from '../grant-store.ts';

export const SESSION_COOKIE = 'ESTSAUTH';
/** Of a session that was not asked to persist. */
const LIFETIME = 86_400_000;

/** Who signed in with one browser. */
export interface BrowserSession {
  readonly id: string;
  /** Those whose sign-in still counts. */
  proofs(): readonly Proof[];
  /** Why one no longer counts, if there was one. */
  spoiled(): EntraError | undefined;
  keep(proof: Proof): void;
}

export interface BrowserSessions {
  /** The session of a request's cookies, or a new one. */
  of(cookies: string | undefined): BrowserSession;
  end(session: BrowserSession): void;
}

export function createSessions({ clock, directory }: { readonly clock: TenantClock; readonly directory: Directory }): BrowserSessions {
  const sessions = new Map<string, Map<string, Proof>>();

  const reasonAgainst = (proof: Proof): 50132 | 50133 | 'silent' | undefined => {
    const user = directory.user(proof.userId);
    if (!user?.enabled) return 'silent';
    if (isBefore(proof, user.sessionsRevokedAt)) return 50133;
    if (isBefore(proof, user.passwordChangedAt)) return 50132;
    const longest = Math.min(LIFETIME, directory.tenant.signInFrequency ?? LIFETIME);
    return clock.now().getTime() >= proof.at.getTime() + longest ? 'silent' : undefined;
  };

  return {
    of(cookies) {
      const shown = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([\\w-]+)`).exec(cookies ?? '')?.[1];
      const id = shown !== undefined && sessions.has(shown) ? shown : randomBytes(32).toString('base64url');
      const all = (): readonly Proof[] => [...(sessions.get(id)?.values() ?? [])];
      return {
        id,
        proofs: () => all().filter((proof) => reasonAgainst(proof) === undefined),
        spoiled() {
          const code = all().map(reasonAgainst).find((reason) => typeof reason === 'number');
          return code === undefined ? undefined : new EntraError(code, { error: 'login_required' });
        },
        keep(proof) {
          const proofs = sessions.get(id) ?? new Map<string, Proof>();
          proofs.set(proof.userId, proof);
          sessions.set(id, proofs);
        },
      };
    },
    end: ({ id }) => void sessions.delete(id),
  };
}

const isBefore = ({ at }: Proof, instant: TenantUser['sessionsRevokedAt']): boolean => instant !== undefined && at <= instant;
