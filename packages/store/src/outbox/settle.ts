import type { InternetMessageId, Staged } from '@signalbox/core';
import { sql, type Transaction } from 'kysely';
import type { Keyring } from '../crypto/keyring.ts';
import type { Database } from '../database/database.ts';
import { fence } from '../leases/fence.ts';
import type { Schema } from '../schema/schema.ts';
import type { OutboxClaim } from './claim.ts';
import { type OutboxFailure, type OutboxMail, type RoutePin, sealMail } from './entry.ts';
import { addEvent, type OutboxDetail } from './events.ts';
import { outboxStateAfter, outboxStatesBefore, type OutboxEvent, type OutboxState } from './states.ts';

export interface AtWire {
  readonly route: RoutePin;
  /** How long the attempt may last from now, in milliseconds. */
  readonly dispatchMs: number;
  readonly staged?: Staged;
}

export interface Outcome {
  readonly event: OutboxEvent;
  /** When something is to be done next, in milliseconds from now. */
  readonly dueInMs?: number;
  readonly mail?: OutboxMail;
  readonly failure?: OutboxFailure;
  readonly filedAs?: InternetMessageId;
  /** A copy is to be put into Sent. */
  readonly copy?: 'due';
  /** What was staged is of no use any more. */
  readonly dropStaged?: boolean;
  readonly detail?: OutboxDetail;
}

export function createSettle(database: Database, keyring: Keyring) {
  /** The attempt or the look that the claim is about, and no later one. */
  const claimed = (transaction: Transaction<Schema>, { entry, holding }: OutboxClaim) =>
    transaction.updateTable('outbox').where('id', '=', entry.id).where('attempt', '=', entry.attempt).where('claimed_epoch', '=', holding.epoch);

  const changesOf = (id: string, { dueInMs, mail, failure, filedAs, copy, dropStaged }: Outcome, after: OutboxState) => ({
    state: after,
    updated_at: database.now,
    claimed_until: null,
    claimed_epoch: null,
    ...(dueInMs !== undefined && { due_at: sql<number>`${database.now} + ${Math.round(dueInMs)}` }),
    ...(mail && sealMail(keyring, id, mail)),
    ...(after === 'sent' ? { last_error: null, sent_at: database.now } : failure && { last_error: JSON.stringify(failure) }),
    ...(filedAs !== undefined && { filed_as: filedAs }),
    ...(copy && { copy }),
    ...(dropStaged && { staged: null }),
    // What may have left goes on being counted from its deadline, whatever comes of the next attempt.
    ...(after === 'queued' && !mail?.mayHaveLeft && { deadline: null }),
  });

  /**
   * What was accepted is written down whoever holds the lease by now, as long as nobody has tried again: a sender that was frozen and finished
   * its command afterwards is the only one to know.
   */
  const settle = async (claim: OutboxClaim, outcome: Outcome): Promise<OutboxState | undefined> =>
    database.transaction(async (transaction) => {
      const { entry, holding } = claim;
      const isProof = outcome.event === 'accepted';
      if (!isProof) await fence(database, transaction, holding);
      for (const before of outboxStatesBefore(outcome.event)) {
        const after = outboxStateAfter(before, outcome.event);
        if (after === undefined) continue;
        const rows = isProof ? transaction.updateTable('outbox').where('id', '=', entry.id).where('attempt', '=', entry.attempt) : claimed(transaction, claim);
        const { numUpdatedRows } = await rows.where('state', '=', before).set(changesOf(entry.id, outcome, after)).executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) continue;
        await addEvent(database, transaction, entry.id, outcome.event, { attempt: entry.attempt, ...outcome.failure, ...outcome.detail });
        return after;
      }
      if (isProof) await addEvent(database, transaction, entry.id, 'accepted-too-late', { attempt: entry.attempt, ...outcome.detail });
      return undefined;
    });

  return {
    settle,

    /**
     * The last thing before the wire: from here on the entry may have left. `false`, or `lease.lost`, where somebody else has it by now. What was
     * staged, the route and the deadline are written with it, so that whoever comes after knows where to look and how long to wait.
     */
    atWire: (claim: OutboxClaim, { route, dispatchMs, staged }: AtWire): Promise<boolean> =>
      database.transaction(async (transaction) => {
        await fence(database, transaction, claim.holding);
        const { numUpdatedRows } = await claimed(transaction, claim)
          .where('state', '=', 'attempting')
          .set({
            deadline: sql<number>`${database.now} + ${dispatchMs}`,
            route: JSON.stringify(route),
            staged: staged ? JSON.stringify(staged) : null,
            ...(staged && staged.messageId !== claim.entry.messageId && { filed_as: staged.messageId }),
            updated_at: database.now,
          })
          .executeTakeFirstOrThrow();
        if (numUpdatedRows > 0n) await addEvent(database, transaction, claim.entry.id, 'attempted', { attempt: claim.entry.attempt, transport: route.transport, staged: staged !== undefined });
        return numUpdatedRows > 0n;
      }),

    /** What became of the copy in Sent. */
    async filed(claim: OutboxClaim, result: { readonly copy: 'filed' | 'failed'; readonly detail?: OutboxDetail } | { readonly againInMs: number; readonly detail?: OutboxDetail }): Promise<void> {
      await database.transaction(async (transaction) => {
        await fence(database, transaction, claim.holding);
        const free = { claimed_until: null, claimed_epoch: null, updated_at: database.now };
        const change = 'copy' in result ? { ...free, copy: result.copy } : { ...free, looks: sql<number>`looks + 1`, due_at: sql<number>`${database.now} + ${Math.round(result.againInMs)}` };
        const { numUpdatedRows } = await claimed(transaction, claim).where('copy', '=', 'due').set(change).executeTakeFirstOrThrow();
        if (numUpdatedRows > 0n) await addEvent(database, transaction, claim.entry.id, 'copy' in result ? `copy-${result.copy}` : 'copy-postponed', result.detail);
      });
    },
  };
}
