import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { keptSource, startTenant } from '@signalbox/tenant-sim';
import { describe, expect, it } from 'vitest';
import type { ReceiveSettings } from '../child/receive.ts';
import { ADDRESS, letter } from './tenant-world.ts';

const KILLS = Number(process.env['SIGNALBOX_KILLS'] ?? 5);
const script = fileURLToPath(new URL('../child/receive.ts', import.meta.url));

interface Running extends AsyncDisposable {
  /** Until it has begun to receive. */
  readonly active: Promise<unknown>;
}

function start(settings: ReceiveSettings): Running {
  const child: ChildProcess = spawn(process.execPath, ['--conditions=@signalbox/source', script, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const active = once(createInterface({ input: child.stdout! }), 'line', { signal: AbortSignal.timeout(30_000) });
  active.catch(() => {}); // nobody waits for the last one
  return {
    active,
    async [Symbol.asyncDispose]() {
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await gone;
    },
  };
}

describe('a receiving router that is killed', () => {
  it(`hands over every message under one id, and loses none, over ${KILLS} kills`, async () => {
    await using tenant = await startTenant({ doors: ['imap'], mime: 'kept' });
    const folder = await mkdtemp(join(tmpdir(), 'receive-kill-'));
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    const account = tenant.store.mailbox(ADDRESS)!;
    tenant.store.fill(account, { count: 200 });
    const journal = join(folder, 'journal');
    const config = `version: 1
organization: contoso
network: { ca: /ca.pem }
servers: { imap: { host: localhost, port: ${tenant.doors.imap!.port}, tls: implicit, pollIntervalMs: 100 } }
mailboxes:
  - { id: sales, address: ${ADDRESS}, receive: basic, password: '\${env:PASSWORD}' }
`;
    const settings: ReceiveSettings = { directory: join(folder, 'data'), journal, config, password: tenant.directory.user(ADDRESS)!.password, ca: tenant.certificates.ca };
    const sent: string[] = [];
    const send = (): void => {
      sent.push(`message ${sent.length}`);
      account.append('inbox', { source: keptSource(letter(sent.at(-1) ?? '')) });
    };
    const read = async (): Promise<[string, string][]> => (await readFile(journal, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as [string, string]);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await using router = start(settings);
      await router.active;
      for (let count = 0; count < 20; count += 1) {
        send();
        await sleep(5 + ((kill * 7 + count * 3) % 11));
      }
      await sleep((kill * 37) % 120); // killed now while it reads, now while it writes, now while nothing happens
    }
    await using _router = start(settings);
    const end = Date.now() + 20_000;
    const subjectsOf = async (): Promise<Set<string>> => new Set((await read()).map(([subject]) => subject));
    while ((await subjectsOf()).size < sent.length && Date.now() < end) await sleep(100);
    await sleep(500);
    const notes = await read();
    const ids = new Map<string, Set<string>>();
    for (const [subject, id] of notes) ids.set(subject, (ids.get(subject) ?? new Set()).add(id));
    expect([...ids.keys()].toSorted()).toEqual(sent.toSorted());
    expect([...ids].filter(([, each]) => each.size > 1)).toEqual([]);
  }, 120_000);
});
