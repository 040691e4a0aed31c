import { stat } from 'node:fs/promises';
import type { Clock } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { openStore, type Store } from '@signalbox/store';
import { createJsonLogger } from '../composition/json-logger.ts';
import { UsageError } from '../usage-error.ts';
import { chooseDataPlace } from './data-place.ts';
import type { SessionOptions } from './session.ts';

export type CommandStoreOptions = Pick<SessionOptions, 'env' | 'data' | 'cwd' | 'logTo'> & {
  readonly role?: 'router' | 'command';
  /** What is due, and what has run out, goes by it too: every process of a test is told the same. */
  readonly testClock?: Clock;
};

/** The store without a configuration: beside a running router, and also while the configuration is broken. */
export const openCommandStore = ({ env, data, cwd = process.cwd(), logTo, role = 'command', testClock }: CommandStoreOptions): Promise<Store> =>
  openStore({
    ...chooseDataPlace({ option: data, env, cwd, platform: process.platform }),
    clock: testClock ?? systemClock,
    ...(testClock && { goesByHost: true }),
    role,
    ...(logTo && { log: createJsonLogger({ write: logTo, clock: systemClock, redact: (text) => text }) }),
  });

/** The store where there is one: nothing is made, and a machine without a place for one has none. */
export async function findCommandStore(options: CommandStoreOptions): Promise<Store | undefined> {
  const { env, data } = options;
  if (data !== undefined || !env['DATABASE_URL']) {
    const directory = directoryOf(options);
    if (directory === undefined || !(await stat(directory).catch(() => undefined))) return undefined;
  }
  return openCommandStore(options);
}

/** For commands that look at what is kept: a place with a slip of the pen in it would be made, and show that nothing is there. */
export async function requireCommandStore(options: CommandStoreOptions): Promise<Store> {
  const directory = directoryOf(options);
  if (directory !== undefined && !(await stat(directory).catch(() => undefined))) {
    throw new UsageError(`There is no store at ${directory}.`, 'Name another place with --data or SIGNALBOX_DATA. "signalbox apply" makes a store there, and so does signing in.');
  }
  return openCommandStore(options);
}

function directoryOf({ env, data, cwd = process.cwd() }: CommandStoreOptions): string | undefined {
  try {
    return chooseDataPlace({ option: data, env, cwd, platform: process.platform }).directory;
  } catch {
    return undefined;
  }
}
