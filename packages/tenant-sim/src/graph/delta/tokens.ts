import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Buffer } from 'node:buffer';

/** Where a client is in a folder, or among the folders, and what it asked for: query options are sent once (FACTS.md E4). */
export interface DeltaState {
  readonly of: 'messages' | 'folders';
  readonly mailbox: string;
  /** The folder's number, for messages. */
  readonly folder?: number;
  /** Everything up to this sequence number of the mailbox has been told, or will have been when the first round is over. */
  readonly since: number;
  /** The first round tells what is there, newest first; this is the last one told. Absent: the first round is over. */
  readonly first?: FirstRound;
  readonly options: readonly (readonly [name: string, value: string])[];
  readonly pageSize?: number;
}

export interface FirstRound {
  readonly arrivedAt: number;
  readonly location: number;
}

/** Tokens that nobody can look into or make up. */
export interface DeltaTokens {
  seal(state: DeltaState): string;
  /** undefined for what was never given out here. */
  open(token: string): DeltaState | undefined;
}

const ALGORITHM = 'aes-256-gcm';
const [IV, TAG] = [12, 16];

export function createDeltaTokens(): DeltaTokens {
  const key = randomBytes(32);
  return {
    seal(state) {
      const iv = randomBytes(IV);
      const cipher = createCipheriv(ALGORITHM, key, iv);
      return Buffer.concat([iv, cipher.update(JSON.stringify(state)), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open(token) {
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.byteLength <= IV + TAG) return undefined;
      try {
        const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV), { authTagLength: TAG });
        decipher.setAuthTag(bytes.subarray(-TAG));
        return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(IV, -TAG)), decipher.final()]).toString()) as DeltaState;
      } catch {
        return undefined;
      }
    },
  };
}
