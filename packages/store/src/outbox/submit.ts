import { MailError } from '@signalbox/core';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { demandMailbox } from '../mailboxes/mailboxes.ts';
import { entryOf, type OutboxEntry, type OutboxMail, sealMail } from './entry.ts';
import { type Parts, partsOf } from './parts.ts';

export interface NewEntry {
  readonly id: string;
  readonly mailbox: string;
  readonly idempotencyKey: string;
  readonly messageId: string;
  readonly mail: OutboxMail;
  /** Absent: at once. */
  readonly dueAt?: Date;
  /** W3C traceparent of the submission. */
  readonly trace?: string;
  /** Asked once the content was read to its end. */
  readonly requestDigest: () => string;
}

export interface Submitted {
  readonly entry: OutboxEntry;
  /** `false`: it was there already, under the same key. */
  readonly isNew: boolean;
}

/**
 * Content of one part is written with the row, in one transaction. Of larger content the parts are written as they come, since nobody may hold the
 * database for as long as somebody else takes to read a file; they count only once the row is there, which is written last.
 */
export function createSubmit(database: Database, keyring: Keyring, parts: Parts) {
  const existing = async (entry: NewEntry): Promise<Submitted> => {
    const row = await database.db.selectFrom('outbox').selectAll().where('mailbox', '=', entry.mailbox).where('idempotency_key', '=', entry.idempotencyKey).executeTakeFirstOrThrow();
    if (row.request_digest !== entry.requestDigest()) throw otherRequest(entry.idempotencyKey);
    return { entry: entryOf(row, keyring), isNew: false };
  };

  const insert = async (entry: NewEntry, size: number, last: { readonly part: number; readonly octets: Uint8Array }): Promise<Submitted | undefined> =>
    database.transaction(async (transaction) => {
      await demandMailbox(database, transaction, entry.mailbox);
      const { dueAt } = entry;
      const row = await transaction
        .insertInto('outbox')
        .values({
          id: entry.id,
          mailbox: entry.mailbox,
          idempotency_key: entry.idempotencyKey,
          request_digest: entry.requestDigest(),
          message_id: entry.messageId,
          filed_as: null,
          state: dueAt ? 'scheduled' : 'queued',
          ...sealMail(keyring, entry.id, entry.mail),
          size,
          due_at: dueAt ? dueAt.getTime() : database.now,
          claimed_until: null,
          claimed_epoch: null,
          attempt: 0,
          looks: 0,
          deadline: null,
          route: null,
          staged: null,
          last_error: null,
          sent_at: null,
          copy: null,
          bounced_at: null,
          trace: entry.trace ?? null,
          created_at: database.now,
          updated_at: database.now,
        })
        .onConflict((conflict) => conflict.columns(['mailbox', 'idempotency_key']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (!row) return undefined;
      await parts.write(transaction, entry.id, last.part, last.octets);
      return { entry: entryOf(row, keyring), isNew: true };
    });

  return async (entry: NewEntry, bytes: AsyncIterable<Uint8Array>): Promise<Submitted> => {
    let [size, part] = [0, 0];
    let held: Uint8Array | undefined;
    try {
      for await (const octets of partsOf(bytes)) {
        if (held) {
          await parts.write(database.db, entry.id, part, held);
          part += 1;
        }
        held = octets;
        size += octets.byteLength;
      }
      const submitted = await insert(entry, size, { part, octets: held ?? Buffer.alloc(0) });
      if (submitted) return submitted;
      if (part > 0) await parts.drop(database.db, entry.id);
      return await existing(entry);
    } catch (error) {
      if (part > 0) await parts.drop(database.db, entry.id).catch(() => {}); // cleared away later otherwise; what went wrong first counts
      throw error;
    }
  };
}

const otherRequest = (key: string): MailError =>
  new MailError('config.invalid', `The idempotency key ${JSON.stringify(key)} was used for another mail before.`, {
    affects: 'item',
    remedy: { who: 'operator', action: 'fix-config', text: 'Give every mail a key of its own, and the same one only when the same mail is sent again.' },
  });
