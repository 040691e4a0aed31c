import type { Database } from '../database/database.ts';
import { dropDeliveries } from './deliveries.ts';
import { dropAudit, dropEffects, dropRevisions, dropSightings } from './others.ts';
import { plus } from './portions.ts';

/** How long what is over is kept, in milliseconds; absent: for ever. */
export interface RetentionRules {
  /** Closed deliveries, after their message has left the mailbox; what a shadowing reader saw, after the shadowing. */
  readonly ledgerMs?: number;
  /** What could not be done in a mailbox. */
  readonly effectsMs?: number;
  /** Configurations, after they were replaced. The one in force stays, and the one before it. */
  readonly revisionsMs?: number;
  readonly auditMs?: number;
}

export interface Dropped {
  readonly deliveries: number;
  readonly sightings: number;
  readonly effects: number;
  readonly revisions: number;
  readonly audit: number;
}

/** Lets go what has had its time. */
export interface Retention {
  /** Whether the caller has to do it now: then it is due again in so many milliseconds, and until then nobody else is told so. */
  claim(duty: string, everyMs: number): Promise<boolean>;
  /**
   * Drops, in short transactions between which `pause` is awaited. What is still of use stays however old it is: a delivery that is not closed, one whose
   * message may come into sight again, and the baseline. Ends with `pause` when that throws.
   */
  sweep(rules: RetentionRules, pause: () => Promise<void>): Promise<Dropped>;
}

export function createRetention(database: Database): Retention {
  const { db, now } = database;
  return {
    async claim(duty, everyMs) {
      const row = await db
        .insertInto('duty')
        .columns(['name', 'due_at'])
        .values({ name: duty, due_at: plus(database, everyMs) })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ due_at: plus(database, everyMs) })
            .where('duty.due_at', '<=', now),
        )
        .returning('name')
        .executeTakeFirst();
      return row !== undefined;
    },
    async sweep({ ledgerMs, effectsMs, revisionsMs, auditMs }, pause) {
      const aged = { database, pause };
      return {
        deliveries: ledgerMs === undefined ? 0 : await dropDeliveries({ ...aged, ageMs: ledgerMs }),
        sightings: ledgerMs === undefined ? 0 : await dropSightings({ ...aged, ageMs: ledgerMs }),
        effects: effectsMs === undefined ? 0 : await dropEffects({ ...aged, ageMs: effectsMs }),
        revisions: revisionsMs === undefined ? 0 : await dropRevisions({ ...aged, ageMs: revisionsMs }),
        audit: auditMs === undefined ? 0 : await dropAudit({ ...aged, ageMs: auditMs }),
      };
    },
  };
}
