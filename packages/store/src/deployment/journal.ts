import type { Database } from '../database/database.ts';

/** What can be written down as JSON. */
export type Detail = Readonly<Record<string, unknown>>;

/** One step of a switch. */
export interface JournalStep {
  readonly mailbox: string;
  /** Which switch of the mailbox. */
  readonly switch: string;
  /** 1 for the first. */
  readonly step: number;
  readonly what: string;
  readonly detail?: Detail;
  readonly at: Date;
}

/** What happened in a switch, step by step, so that it can be gone on with after a crash at any moment. */
export interface Journal {
  /** Writes a step down, once: `false` where it is written already, and what is written stays. */
  write(step: Omit<JournalStep, 'at'>): Promise<boolean>;
  /** In order. Without a switch: all of the mailbox, by switch. */
  read(mailbox: string, switchId?: string): Promise<readonly JournalStep[]>;
}

export function createJournal({ db, now }: Pick<Database, 'db' | 'now'>): Journal {
  return {
    async write({ detail, ...step }) {
      const row = await db
        .insertInto('journal')
        .values({ ...step, at: now, detail: detail === undefined ? null : JSON.stringify(detail) })
        .onConflict((conflict) => conflict.doNothing())
        .returning('step')
        .executeTakeFirst();
      return row !== undefined;
    },
    async read(mailbox, switchId) {
      const rows = await db
        .selectFrom('journal')
        .selectAll()
        .where('mailbox', '=', mailbox)
        .$if(switchId !== undefined, (query) => query.where('switch', '=', switchId ?? ''))
        .orderBy('switch')
        .orderBy('step')
        .execute();
      return rows.map(({ at, detail, ...row }) => ({ ...row, at: new Date(at), ...(detail !== null && { detail: JSON.parse(detail) as Detail }) }));
    },
  };
}
