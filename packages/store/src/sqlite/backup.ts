import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { Migrations } from '../migrations/migrations.ts';
import { preparePrivateFile, syncDirectory, syncFile } from './directory.ts';

/**
 * Copies a database that is about to be migrated, beside it, and answers where; `undefined` where another process has migrated it meanwhile.
 * A copy of an earlier attempt at the same step is replaced.
 */
export async function backUp({ db }: Pick<Database, 'db'>, file: string, { applied, pending: [next = ''] }: Migrations): Promise<string | undefined> {
  const backup = `${file}.before-${next}`;
  const draft = `${backup}.${randomUUID()}`;
  try {
    await preparePrivateFile(draft);
    await sql`vacuum into ${draft}`.execute(db);
    if (stepsIn(draft).length !== applied.length) return undefined;
    await syncFile(draft);
    await rename(draft, backup);
    await syncDirectory(dirname(backup));
    return backup;
  } finally {
    await rm(draft, { force: true });
  }
}

function stepsIn(file: string): readonly unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare('select name from kysely_migration').all();
  } finally {
    database.close();
  }
}
