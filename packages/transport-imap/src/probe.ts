import { type CallOptions, MailError, type ProbeCheck, type ProbeReport } from '@signalbox/core';
import { findIn, foldersOf } from './folders.ts';
import type { Connection } from './connection/connection.ts';
import { toMailError } from './errors.ts';
import { enter, type Session } from './session.ts';

type Name = ProbeCheck['name'];

/**
 * Goes the way of a call, step by step, on a connection of its own. Signs in anew even when sessions are open:
 * what is asked is whether it would work now.
 */
export async function checkMailbox(session: Session, options?: CallOptions): Promise<ProbeReport> {
  enter(session, options);
  const { connector, config } = session;
  const checks: ProbeCheck[] = [];
  let connection: Connection | undefined;
  const steps: readonly (readonly [Name, () => Promise<void>])[] = [
    ['reach', () => connector.reach(options)],
    [
      'authenticate',
      async () => {
        connection = await connector.connect(options);
      },
    ],
    ['receive', () => checkReceive(required(connection), config.folders, options)],
    ['mutate', () => checkMutate(required(connection), options)],
  ];
  try {
    let failed = false;
    for (const [name, step] of steps) {
      const check: ProbeCheck = failed ? { name, status: 'skipped', durationMs: 0 } : await run(session, name, step, options);
      failed ||= check.status === 'fail';
      checks.push(check);
    }
  } finally {
    await connection?.logout();
  }
  return { checks };
}

async function run({ clock, config, pool }: Session, name: Name, step: () => Promise<void>, options?: CallOptions): Promise<ProbeCheck> {
  const began = clock.now().getTime();
  const took = (): number => Math.max(0, clock.now().getTime() - began);
  try {
    await step();
    return { name, status: 'pass', durationMs: took() };
  } catch (error) {
    options?.signal?.throwIfAborted();
    pool.closed.throwIfAborted();
    return { name, status: 'fail', durationMs: took(), error: toMailError({ error, host: config.host }) };
  }
}

function required(connection: Connection | undefined): Connection {
  if (!connection) throw new MailError('connection.lost', 'There is no connection to check.');
  return connection;
}

async function checkReceive(connection: Connection, configured: Session['config']['folders'], options?: CallOptions): Promise<void> {
  const inbox = findIn(foldersOf(await connection.list(options?.signal), configured), { role: 'inbox' });
  await connection.select(inbox.id, { signal: options?.signal });
  await connection.status(inbox.id, options?.signal);
}

async function checkMutate(connection: Connection, options?: CallOptions): Promise<void> {
  const { readOnly, folder } = await connection.select('INBOX', { signal: options?.signal });
  if (!readOnly) return;
  throw new MailError('access.denied', `"${folder}" can be read but not changed.`, {
    remedy: { who: 'tenant-admin', action: 'grant-mailbox-access', text: 'Grant the signed-in user the right to change this mailbox.' },
  });
}
