import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RouterError } from '../failure/router-error.ts';
import { preparePrivateFile } from './directory.ts';
import { isBusy } from './errors.ts';

/** How long a router that is just ending is waited for, in milliseconds. */
const PATIENCE_MS = 1000;

/**
 * Makes this process the only router of the directory. A second SQLite file is kept in a transaction: the operating system lets go
 * of its lock when the process dies, however it dies, and whoever comes in vain can still read who has it.
 * Throws `store.in-use`.
 */
export async function lockForRouter(directory: string, now: () => number): Promise<Disposable> {
  const file = join(directory, 'router.lock');
  await preparePrivateFile(file);
  const lock = new DatabaseSync(file, { timeout: PATIENCE_MS });
  try {
    const nonce = randomUUID();
    // Who it is must be committed to be seen, and between that and the lasting lock another may have come.
    do sign(lock, { nonce, since: now() });
    while (!stillSigned(lock, nonce));
  } catch (error) {
    const refusal = isBusy(error) ? inUse(directory, lock) : error;
    lock.close();
    throw refusal;
  }
  return {
    [Symbol.dispose]() {
      if (lock.isOpen) lock.close();
    },
  };
}

function sign(lock: DatabaseSync, { nonce, since }: { readonly nonce: string; readonly since: number }): void {
  lock.exec('begin immediate; create table if not exists holder (nonce text, pid integer, since integer); delete from holder');
  lock.prepare('insert into holder (nonce, pid, since) values (?, ?, ?)').run(nonce, process.pid, since);
  lock.exec('commit');
}

/** Leaves the transaction open where it is so: it is the lock. */
function stillSigned(lock: DatabaseSync, nonce: string): boolean {
  lock.exec('begin immediate');
  if (lock.prepare('select nonce from holder').get()?.['nonce'] === nonce) return true;
  lock.exec('rollback');
  return false;
}

function inUse(directory: string, lock: DatabaseSync): RouterError {
  return new RouterError('store.in-use', `Another router works on ${directory}: ${describeHolder(lock)}.`, {
    remedy: {
      who: 'operator',
      action: 'fix-config',
      text: 'End the other router, or give this one a data directory of its own. Several routers work together on PostgreSQL (DATABASE_URL).',
    },
  });
}

/** Who has it is for people only, and may be gone by now. */
function describeHolder(lock: DatabaseSync): string {
  try {
    const { pid, since } = lock.prepare('select pid, since from holder').get() ?? {};
    return pid === undefined ? 'it has just begun' : `process ${String(pid)}, since ${new Date(Number(since)).toISOString()}`;
  } catch {
    return 'it has just begun';
  }
}
