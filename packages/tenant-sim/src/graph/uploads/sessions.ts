import { randomBytes } from 'node:crypto';
import type { AttachmentFacts } from '../../mime/facts.ts';
import type { TenantClock } from '../../clock.ts';

/** A file that comes in pieces; in their order, and from the beginning (FACTS.md E7). */
export interface UploadSession {
  readonly id: string;
  /** What opens it: the address is all a client has to show. */
  readonly token: string;
  readonly owner: string;
  readonly app: string;
  readonly messageNumber: number;
  readonly immutableIds: boolean;
  readonly file: Omit<AttachmentFacts, 'content'>;
  readonly size: number;
  readonly expiresAt: number;
  readonly pieces: Buffer[];
  received: number;
}

export interface UploadSessions {
  open(session: Pick<UploadSession, 'owner' | 'app' | 'messageNumber' | 'immutableIds' | 'file' | 'size'>): UploadSession;
  /** undefined when there is none, it has expired, or the token is another's. */
  find(id: string, token: string): UploadSession | undefined;
  close(session: UploadSession): void;
}

/** As between the two instants of the documentation's example. */
const LIFE = 2 * 3_600_000;

export function createUploadSessions(clock: TenantClock): UploadSessions {
  const sessions = new Map<string, UploadSession>();
  const now = (): number => clock.now().getTime();
  return {
    open(given) {
      for (const [id, { expiresAt }] of sessions) if (expiresAt <= now()) sessions.delete(id);
      const session: UploadSession = { ...given, id: randomBytes(34).toString('base64url'), token: randomBytes(48).toString('base64url'), expiresAt: now() + LIFE, pieces: [], received: 0 };
      sessions.set(session.id, session);
      return session;
    },
    find(id, token) {
      const session = sessions.get(id);
      return session?.token === token && session.expiresAt > now() ? session : undefined;
    },
    close: ({ id }) => void sessions.delete(id),
  };
}
