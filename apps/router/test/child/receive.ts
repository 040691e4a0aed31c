// Receives for a mailbox of the tenant until it is killed. Notes each delivery on the disk before it is acknowledged.
import { appendFileSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { plugin as password } from '@signalbox/auth-password';
import { systemClock } from '@signalbox/kit';
import { createConnections, createLeaseKeeper, createReceiver, createRegistry, loadConfig, resolveRoutes } from '@signalbox/router';
import { openStore } from '@signalbox/store';
import { plugin as imap } from '@signalbox/transport-imap';
import { flows } from '../../src/flows.ts';

export interface ReceiveSettings {
  readonly directory: string;
  readonly journal: string;
  readonly config: string;
  readonly password: string;
  readonly ca: string;
}

const given = JSON.parse(process.argv[2] ?? '{}') as ReceiveSettings;
const log = { log() {} };
const store = await openStore({ directory: given.directory, clock: systemClock, role: 'router' });
const config = await loadConfig({ file: '/etc/signalbox.yaml', text: given.config, env: { PASSWORD: given.password }, readFile: async () => given.ca });
const registry = await createRegistry({ bundled: [imap, password], external: [], positions: config.positions });
const routes = await resolveRoutes({ config, registry, flows });
for (const { mailbox } of routes) await store.mailboxes.put(mailbox);
const connections = createConnections({ routes, host: { clock: systemClock, log, tokens: store.tokens, fetchFor: () => fetch } });
const keeper = createLeaseKeeper({ rows: store.leases, owner: String(process.pid), clock: systemClock, log });
const receiver = createReceiver({ connections, store, keeper, clock: systemClock, log });
void (async () => {
  for await (const event of receiver.events()) if (event.type === 'mailbox-active') writeSync(1, 'active\n');
})();
const journal = openSync(given.journal, 'a');
for await (const delivery of receiver.deliveries()) {
  appendFileSync(journal, `${JSON.stringify([delivery.subject, delivery.id])}\n`);
  fsyncSync(journal);
  await delivery.ack();
}
