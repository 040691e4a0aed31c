import { randomUUID } from 'node:crypto';
import type { Database } from '../database/database.ts';
import type { Detail } from './journal.ts';

export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  /** The person or program. */
  readonly who: string;
  /** `mailbox-paused`, `configuration-deployed`. */
  readonly what: string;
  /** What it was done to: a mailbox, a revision. */
  readonly subject: string;
  readonly detail?: Detail;
}

export interface AuditQuery {
  readonly limit: number;
  /** The last entry of the page before. */
  readonly before?: Pick<AuditEntry, 'at' | 'id'>;
}

/** Who changed what. Nothing in it is ever changed, and it outlives the mailboxes: no secret and no content belongs here. */
export interface Audit {
  write(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void>;
  /** The latest first. */
  list(query: AuditQuery): Promise<readonly AuditEntry[]>;
}

export function createAudit({ db, now }: Pick<Database, 'db' | 'now'>): Audit {
  return {
    async write({ who, what, subject, detail }) {
      await db
        .insertInto('audit')
        .values({ id: randomUUID(), at: now, who, what, subject, detail: detail === undefined ? null : JSON.stringify(detail) })
        .execute();
    },
    async list({ limit, before }) {
      const rows = await db
        .selectFrom('audit')
        .selectAll()
        .$if(before !== undefined, (query) =>
          query.where((row) => row.or([row('at', '<', Number(before?.at)), row.and([row('at', '=', Number(before?.at)), row('id', '<', before?.id ?? '')])])),
        )
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ at, detail, ...row }) => ({ ...row, at: new Date(at), ...(detail !== null && { detail: JSON.parse(detail) as Detail }) }));
    },
  };
}
