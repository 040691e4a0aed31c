import { type Content, MailError } from '@signalbox/core';
import type { Kysely } from 'kysely';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import type { Schema } from '../schema/schema.ts';

/** What is sealed as one, and held in memory at once. */
const PART = 256 * 1024;

/** Cuts and joins what comes into parts of one size; the last may be shorter, and there is always one. */
export async function* partsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  let isFirst = true;
  for await (const chunk of bytes) {
    pieces.push(chunk);
    size += chunk.byteLength;
    while (size >= PART) {
      const whole = joined(pieces);
      yield whole.subarray(0, PART);
      isFirst = false;
      size -= PART;
      pieces = size > 0 ? [whole.subarray(PART)] : [];
    }
  }
  if (size > 0 || isFirst) yield joined(pieces);
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array => (pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces));

export interface Parts {
  /** Through `db`, which may be a transaction. */
  write(db: Kysely<Schema>, entry: string, part: number, octets: Uint8Array): Promise<void>;
  /** Everything that was written under this id. */
  drop(db: Kysely<Schema>, entry: string): Promise<void>;
  /** Reads part by part, each time it is opened anew. */
  content(entry: string, size: number): Content;
}

export function createParts(database: Database, keyring: Keyring): Parts {
  const nameOf = (entry: string, part: number): string => `${entry}/${part}`;
  async function* read(entry: string): AsyncGenerator<Uint8Array, void, undefined> {
    for (let part = 0; ; part += 1) {
      const row = await database.db.selectFrom('outbox_part').select(['sealed', 'key_id']).where('outbox', '=', entry).where('part', '=', part).executeTakeFirst();
      if (!row) return;
      yield keyring.openOctets('outbox_part', nameOf(entry, part), { sealed: row.sealed, keyId: row.key_id });
    }
  }
  return {
    async write(db, entry, part, octets) {
      const { sealed, keyId } = keyring.sealOctets('outbox_part', nameOf(entry, part), octets);
      await db.insertInto('outbox_part').values({ outbox: entry, part, sealed, key_id: keyId, at: database.now }).execute();
    },
    async drop(db, entry) {
      await db.deleteFrom('outbox_part').where('outbox', '=', entry).execute();
    },
    content: (entry, size) => ({ size, open: () => counted(read(entry), entry, size) }),
  };
}

/** Content that is cut short must never look whole: it would be sent as it is. */
async function* counted(bytes: AsyncIterable<Uint8Array>, entry: string, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = size;
  for await (const chunk of bytes) {
    left -= chunk.byteLength;
    yield chunk;
  }
  if (left === 0) return;
  throw new MailError('config.invalid', `The stored content of the outbox entry "${entry}" has ${size - left} of its ${size} octets.`, {
    affects: 'item',
    retry: 'after-remedy',
    remedy: { who: 'operator', action: 'fix-config', text: 'Put the database back from a backup, or submit the mail anew and cancel this one.' },
  });
}
