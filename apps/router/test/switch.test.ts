import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plugin } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { openStore, type Store } from '@signalbox/store';
import { createMemoryPlugin, createMemoryServer, type MemoryMailbox, type MemoryServer } from '@signalbox/transport-memory';
import { describe, expect, it } from 'vitest';
import { EXIT, type Outcome, signalbox } from './io.ts';
import { onePassword } from './one-password.ts';
import { withConfig } from './workspace.ts';

const ADDRESS = 'sales@contoso.example';

const CONFIG = `version: 1
organization: contoso # ours
defaults: { backlog: everything }
flows:
  old: { receive: { transport: memory, auth: old-auth }, send: { transport: memory, auth: old-auth } }
  modern: { receive: { transport: memory, auth: modern-auth }, send: { transport: memory, auth: modern-auth } }
  elsewhere: { receive: { transport: elsewhere, auth: modern-auth }, send: { transport: elsewhere, auth: modern-auth } }
mailboxes:
  - { id: sales, address: ${ADDRESS}, flow: old } # the busy one
  - { id: faxes, address: faxes@contoso.example, receive: old }
`;

interface World extends AsyncDisposable {
  readonly server: MemoryServer;
  readonly mailbox: MemoryMailbox;
  deliver(...subjects: readonly string[]): void;
  write(text: string): Promise<void>;
  run(...argv: readonly string[]): Promise<Outcome>;
  json(...argv: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  /** Runs the router until the condition holds. */
  receive(until: () => Promise<boolean>): Promise<Outcome>;
  /** Subjects of what was handed over, in the order of the alphabet. */
  received(): Promise<readonly string[]>;
  store(): Promise<Store>;
}

async function world(): Promise<World> {
  const [server, other] = [createMemoryServer({ name: 'here' }), createMemoryServer({ name: 'there', openToAll: true })];
  const mailbox = server.addMailbox(ADDRESS, ['old-password', 'modern-password']);
  server.addMailbox('faxes@contoso.example');
  const plugins: readonly Plugin[] = [createMemoryPlugin(server), { ...createMemoryPlugin(other), name: 'elsewhere' }, onePassword('old-auth', 'old-password'), onePassword('modern-auth', 'modern-password')];
  const workspace = await withConfig(CONFIG);
  const data = join(workspace.folder, 'data', 'store');
  const settings = { cwd: workspace.folder, env: { SIGNALBOX_DATA: data, PATH: process.env['PATH'] ?? '', COLUMNS: '140' }, plugins };
  const place = join(workspace.folder, 'in', 'sales', 'new');
  const received = async (): Promise<readonly string[]> => {
    const names = await readdir(place).catch(() => []);
    const texts = await Promise.all(names.map((name) => readFile(join(place, name), 'utf8')));
    return texts.map((text) => /Subject: (.*)\r/.exec(text)?.[1] ?? '').toSorted();
  };
  return {
    server,
    mailbox,
    received,
    deliver(...subjects) {
      for (const subject of subjects) server.deliver(ADDRESS, { raw: Buffer.from(`From: Ada <ada@example.com>\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.com>\r\n\r\nHi\r\n`) });
    },
    write: (text) => writeFile(join(workspace.folder, 'signalbox.yaml'), text),
    run: (...argv) => signalbox(argv, settings),
    json: async (...argv) => JSON.parse((await signalbox([...argv, '--json'], settings)).stdout) as Readonly<Record<string, unknown>>,
    async receive(until) {
      const stop = new AbortController();
      const running = signalbox(['run', '--maildir', 'in'], { ...settings, signal: stop.signal });
      for (const end = Date.now() + 20_000; Date.now() < end && !(await until()); ) await sleep(50);
      stop.abort();
      return running;
    },
    store: () => openStore({ directory: data, clock: systemClock }),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  };
}

/** Deployed, with two mails received by the old flow. */
async function receiving(): Promise<World> {
  const w = await world();
  await w.run('apply');
  w.deliver('one', 'two');
  await w.receive(async () => (await w.received()).length === 2);
  return w;
}

describe('switch', () => {
  it('gives a mailbox another flow while the router runs: each mail is handed over once, and the old credentials are not needed any more', { timeout: 60_000 }, async () => {
    await using w = await receiving();
    let switched: Outcome | undefined;
    await w.receive(async () => {
      if (!switched) {
        w.deliver('three');
        switched = await w.run('switch', 'run', 'sales', '--to', 'modern');
        w.deliver('four');
        w.mailbox.changeSecrets('modern-password');
        w.deliver('five');
      }
      return (await w.received()).length >= 5;
    });
    expect([switched?.code, switched?.stdout]).toEqual([EXIT.ok, expect.stringContaining('Revision 2 is deployed: sales switched from old to modern') as string]);
    expect(await w.received()).toEqual(['five', 'four', 'one', 'three', 'two']);
    expect((await w.run('history', '--show', '2')).stdout).toBe(CONFIG.replace('flow: old }', 'flow: modern }'));
    expect(await w.json('switch', 'status', 'sales')).toMatchObject({
      switches: [{ state: 'soaking', from: { receive: 'old', send: 'old' }, to: { receive: 'modern', send: 'modern' }, revision: 2, steps: [{ what: 'planned' }, { what: 'checked', detail: { door: 'same' } }, { what: 'soaking', detail: { revision: 2 } }] }],
    });
  });

  it('plans without changing anything, and tells what agrees', { timeout: 60_000 }, async () => {
    await using w = await receiving();
    expect(await w.json('switch', 'plan', ADDRESS, '--to', 'modern')).toMatchObject({ ok: true, check: { door: 'same', folders: [{ folder: 'inbox', position: 'holds', agreed: 2, unknown: 0, contradicted: 0 }], refusals: [] } });
    const told = await w.run('switch', 'plan', 'sales', '--to', 'modern');
    expect([told.code, told.stdout]).toEqual([EXIT.ok, expect.stringMatching(/sales: old → modern[^]*Receiving by the new flow[^]*2 newest messages 2 are[^]*same door[^]*Nothing was changed/) as string]);
    await using store = await w.store();
    expect([(await store.revisions.current())?.number, await store.switches.list({ limit: 10 }), (await store.audit.list({ limit: 10 })).map(({ what }) => what)]).toEqual([1, [], ['configuration-deployed']]);
  });

  it('refuses a flow that cannot sign in, with what to do, and changes nothing', { timeout: 60_000 }, async () => {
    await using w = await receiving();
    w.mailbox.changeSecrets('old-password');
    const refused = await w.run('switch', 'run', 'sales', '--to', 'modern');
    expect([refused.code, refused.stdout]).toEqual([EXIT.failed, expect.stringMatching(/The server refused the credential[^]*Fix: Enter the current password[^]*nothing was changed/) as string]);
    expect(refused.stdout).not.toContain('modern-password');
    expect(await w.json('history')).toMatchObject({ revisions: [{ number: 1 }] });
    expect(await w.json('switch', 'status')).toEqual({ ok: true, switches: [] });
  });

  it.each([
    ['another door', 'elsewhere', 'another-door', () => {}],
    ['a folder that was numbered anew', 'modern', 'position-lost', (mailbox: MemoryMailbox) => void (mailbox.folder('inbox').epoch += 1)],
    ['a flow that nobody has defined', 'moden', 'no-route', () => {}],
    ['the flow that it has', 'old', 'no-change', () => {}],
  ] as const)('refuses %s', { timeout: 60_000 }, async (_what, to, reason, prepare) => {
    await using w = await receiving();
    prepare(w.mailbox);
    expect(await w.json('switch', 'run', 'sales', '--to', to)).toMatchObject({ ok: false, check: { refusals: [{ reason, message: expect.any(String) as string, remedy: expect.any(String) as string }] } });
    expect(await w.json('history')).toMatchObject({ revisions: [{ number: 1 }] });
  });

  it('switches one direction alone, and only those that a mailbox has', { timeout: 60_000 }, async () => {
    await using w = await receiving();
    expect((await w.run('switch', 'run', 'sales', '--to', 'elsewhere', '--only', 'send')).code).toBe(EXIT.ok);
    expect((await w.run('switch', 'run', 'faxes', '--to', 'modern')).code).toBe(EXIT.ok);
    const { stdout } = await w.run('history', '--show', '3');
    expect([stdout.includes('receive: old, send: elsewhere }'), stdout.includes('faxes@contoso.example, receive: modern }'), stdout.includes('# the busy one')]).toEqual([true, true, true]);
  });

  it('goes back, with what was deployed meanwhile left as it is, and mail of the time between is handed over once', { timeout: 60_000 }, async () => {
    await using w = await receiving();
    await w.run('switch', 'run', 'sales', '--to', 'modern');
    w.deliver('three');
    await w.receive(async () => (await w.received()).length === 3);
    await w.run('switch', 'run', 'faxes', '--to', 'modern');
    const back = await w.run('switch', 'roll-back', 'sales', '-m', 'users complain');
    expect([back.code, back.stdout]).toEqual([EXIT.ok, expect.stringContaining('as revision 4') as string]);
    expect((await w.run('history', '--show', '4')).stdout).toBe(CONFIG.replace('receive: old }\n', 'receive: modern }\n'));
    w.mailbox.changeSecrets('old-password');
    w.deliver('four');
    await w.receive(async () => (await w.received()).length === 4);
    expect(await w.received()).toEqual(['four', 'one', 'three', 'two']);
    expect((await w.run('switch', 'status', 'sales')).stdout).toContain('rolled-back (revision 4, users complain)');
    expect((await w.run('plan')).stdout).toContain('faxes');
    const again = await w.run('switch', 'roll-back', 'sales');
    expect([again.code, again.stderr]).toEqual([EXIT.failed, expect.stringContaining('no switch to roll back') as string]);
  });

  it('goes on with one that was interrupted before its flip, and refuses another beside it', { timeout: 60_000 }, async () => {
    await using w = await receiving();
    await using store = await w.store();
    const plan = { from: { receive: 'old', send: 'old' }, to: { receive: 'modern', send: 'modern' }, fields: { flow: 'old' }, before: {} };
    await store.switches.begin({ id: 'interrupted', mailbox: 'sales', who: 'operator', plan });
    const other = await w.run('switch', 'run', 'sales', '--to', 'elsewhere', '--only', 'send');
    expect([other.code, other.stderr]).toEqual([EXIT.failed, expect.stringMatching(/switch\.refused[^]*switch cancel sales/) as string]);
    expect((await w.run('switch', 'run', 'sales', '--to', 'modern')).code).toBe(EXIT.ok);
    expect((await store.switches.list({ limit: 10 })).map(({ id, state }) => [id, state])).toEqual([['interrupted', 'soaking']]);
    expect((await w.run('switch', 'cancel', 'sales')).code).toBe(EXIT.failed);
    expect((await w.run('switch', 'complete', 'sales')).code).toBe(EXIT.ok);
    await store.switches.begin({ id: 'second', mailbox: 'sales', who: 'operator', plan });
    expect([(await w.run('switch', 'cancel', 'sales')).code, (await store.switches.get('second'))?.state, (await store.revisions.current())?.number]).toEqual([EXIT.ok, 'cancelled', 2]);
  });

  it('has plan say that the file still names the flow before, and nothing any more once it is corrected', { timeout: 60_000 }, async () => {
    await using w = await receiving();
    await w.run('switch', 'run', 'sales', '--to', 'modern');
    expect(await w.json('plan')).toMatchObject({ ok: false, refusals: [{ reason: 'live-flow', mailbox: 'sales', remedy: expect.stringContaining('Keep the flow "modern" here') as string }] });
    await w.write(CONFIG.replace('flow: old }', 'flow: modern }'));
    expect(await w.json('plan')).toMatchObject({ ok: true, changes: false });
  });
});
