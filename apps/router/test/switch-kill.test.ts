import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@signalbox/kit';
import { openStore } from '@signalbox/store';
import { startTenant } from '@signalbox/tenant-sim';
import { expect, it } from 'vitest';
import { CLIENT_ID } from './entra-tenant.ts';
import { EXIT, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const KILLS = Number(process.env['SIGNALBOX_KILLS'] ?? 6);
const ADDRESS = 'shared@contoso.test';

it(`a switch whose command is killed ${KILLS} times comes to its end when it is run again, with one flip`, { timeout: 60_000 + KILLS * 10_000 }, async () => {
  await using tenant = await startTenant();
  const { doors, directory, certificates } = tenant;
  const password = directory.user('sales@contoso.test')!.password;
  await using workspace = await withConfig(
    `version: 1
organization: contoso
network: { ca: ca.pem }
entra: { tenant: ${directory.tenant.domain}, clientId: ${CLIENT_ID}, clientSecret: '\${env:CLIENT_SECRET}', authority: 'https://localhost:${doors.entra!.port}' }
servers:
  imap: { host: localhost, port: ${doors.imap!.port}, tls: implicit }
  smtp: { host: localhost, port: ${doors.smtp!.port}, tls: starttls }
mailboxes:
  - { id: shared, address: ${ADDRESS}, flow: basic, password: '\${env:PASSWORD}' }
`,
    { 'ca.pem': certificates.ca },
  );
  const data = join(workspace.folder, 'data');
  const env = { CLIENT_SECRET: 'adapter-secret', PASSWORD: password, SIGNALBOX_DATA: data };
  const { SIGNALBOX_CONFIG: _unset, FORCE_COLOR: _plain, ...system } = process.env;
  const argv = ['switch', 'run', 'shared', '--to', 'o365-imap-client-credentials'];
  expect((await signalbox(['apply'], { cwd: workspace.folder, env })).code).toBe(EXIT.ok);

  await using store = await openStore({ directory: data, clock: systemClock });
  /** Resolves when the journal has a line more, from which on the command is in the middle of it. */
  const stepTaken = async (over: AbortSignal): Promise<void> => {
    const lines = async (): Promise<number> => (await store.journal.read('shared')).length;
    const before = await lines();
    while (!over.aborted && (await lines()) === before) await sleep(1);
  };
  /** Begins the command and kills it then, unless it has ended by itself. */
  const kill = async (then: (over: AbortSignal) => Promise<unknown>): Promise<void> => {
    const over = new AbortController();
    const child = spawn(process.execPath, ['--conditions=@signalbox/source', MAIN, ...argv], { cwd: workspace.folder, env: { ...system, ...env }, stdio: 'ignore' });
    const ended = once(child, 'close');
    const moment = then(over.signal);
    await Promise.race([ended, moment]);
    child.kill('SIGKILL');
    over.abort();
    await Promise.all([ended, moment]);
  };
  const began = performance.now();
  expect((await signalbox(['switch', 'plan', ...argv.slice(2)], { cwd: workspace.folder, env })).code).toBe(EXIT.ok);
  const takesMs = performance.now() - began + 1_000; // and a second for a process to begin
  for (let count = 0; count < KILLS; count += 1) await kill(count % 2 === 0 ? stepTaken : () => sleep(takesMs * (0.3 + Math.random() / 2)));
  // Where none of them was quick enough, this one does it; otherwise it is refused, as the mailbox goes by that flow already.
  await signalbox(argv, { cwd: workspace.folder, env });

  const [record, ...others] = await store.switches.list({ limit: 10 });
  expect([record?.state, record?.revision, others, (await store.revisions.current())?.number]).toEqual(['soaking', 2, [], 2]);
  expect((await store.journal.read('shared', record?.id)).map(({ what }) => what)).toEqual(['planned', 'checked', 'soaking']);
});
