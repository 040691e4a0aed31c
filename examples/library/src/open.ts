// What every example begins with: a configuration, a store, and the router that works with both.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import type { Logger } from '@signalbox/core';
import { systemClock as clock } from '@signalbox/kit';
import { createRouter, loadConfig, type Flow, type Router } from '@signalbox/router';
import { openStore } from '@signalbox/store';
import { plugin as entra } from '@signalbox/auth-entra';
import { plugin as password } from '@signalbox/auth-password';
import { plugin as graph } from '@signalbox/transport-graph';
import { plugin as imap } from '@signalbox/transport-imap';
import { plugin as smtp } from '@signalbox/transport-smtp';

/** The names that mailboxes are configured with. An application has as many as it wants. */
const cloud = { transport: 'graph', auth: 'entra', settings: 'entra', authOptions: { grant: 'client-credentials' } } as const;
const flows: Readonly<Record<string, Flow>> = {
  'o365-client-credentials': { receive: cloud, send: cloud },
  'basic': { receive: { transport: 'imap', auth: 'password' }, send: { transport: 'smtp', auth: 'password' } },
};

/** Warnings alone; a real program has a logger of its own. */
const log: Logger = { log: (level, event, fields) => void ((level === 'warn' || level === 'error') && console.error(level, event, fields)) };

export interface Opened extends AsyncDisposable {
  readonly router: Router;
}

/** SIGNALBOX_CONFIG and SIGNALBOX_DATA name both. Private certificates are Node's business: NODE_EXTRA_CA_CERTS. */
export async function open(): Promise<Opened> {
  const file = resolve(process.env['SIGNALBOX_CONFIG'] ?? 'signalbox.yaml');
  const config = await loadConfig({ file, text: await readFile(file, 'utf8'), env: process.env, readFile: (path) => readFile(path, 'utf8') });
  await using stack = new AsyncDisposableStack();
  const store = stack.use(await openStore({ directory: process.env['SIGNALBOX_DATA'] ?? 'data', clock, log, role: 'router' }));
  const router = stack.use(await createRouter({ config, store, plugins: [graph, imap, smtp, entra, password], flows, host: { clock, log, fetchFor: () => fetch } }));
  const kept = stack.move();
  return { router, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** What stands behind the name of the example. */
export function argument(index: number, what: string): string {
  const value = process.argv[2 + index];
  if (value === undefined) throw new Error(`Name ${what}.`);
  return value;
}
