import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PASSWORD, type PlannedMailbox, SECRET } from '../plan/population.ts';
import type { ReachableTenant } from '../tenant/calls.ts';
import { configurationText } from './configuration.ts';

/** Where everything of one run lies. */
export interface Place {
  readonly folder: string;
  readonly configuration: string;
  /** What the tenant told of itself: the router takes the time from there. */
  readonly tenant: string;
  readonly data: string;
  readonly spool: string;
  readonly maildirs: string;
  readonly logs: { readonly tenant: string; readonly consumer: string; readonly sender: string; readonly router: string };
  /** Of a PostgreSQL; absent for the embedded store. */
  readonly databaseUrl?: string;
  /** What everything in the store is sealed with. */
  readonly key: string;
}

/** What the router, and whoever else opens the store, finds in its environment. */
export const environmentOf = ({ databaseUrl, key }: Place): Readonly<Record<string, string>> => ({ SIGNALBOX_KEY: key, ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) });

export function placeIn(folder: string, databaseUrl?: string): Place {
  const at = (...path: readonly string[]): string => join(folder, ...path);
  return {
    folder,
    configuration: at('signalbox.yaml'),
    tenant: at('tenant.json'),
    data: at('data'),
    spool: at('spool'),
    maildirs: at('maildirs'),
    logs: { tenant: at('tenant.jsonl'), consumer: at('consumer.jsonl'), sender: at('sender.jsonl'), router: at('router.log') },
    key: randomBytes(32).toString('base64'),
    ...(databaseUrl !== undefined && { databaseUrl }),
  };
}

/** Everything that a router finds when it starts. */
export async function furnish(place: Place, tenant: ReachableTenant, mailboxes: readonly PlannedMailbox[]): Promise<void> {
  const secret = (name: string, text: string): Promise<void> => writeFile(join(place.folder, name), text, { mode: 0o600 });
  await Promise.all([
    writeFile(place.configuration, configurationText(tenant, mailboxes)),
    writeFile(place.tenant, JSON.stringify(tenant.description)),
    secret('application.secret', SECRET),
    secret('mailbox.password', PASSWORD),
    mkdir(join(place.spool, 'tmp'), { recursive: true }),
    mkdir(join(place.spool, 'new'), { recursive: true }),
    mkdir(place.maildirs, { recursive: true }),
  ]);
}
