import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plugin } from '@signalbox/core';
import { createMemoryPlugin, createMemoryServer, type MemoryServer } from '@signalbox/transport-memory';
import { describe, expect, it } from 'vitest';
import { EXIT, type Outcome, signalbox } from './io.ts';
import { scriptedAuth } from './scripted.ts';
import { scriptedConfig, withConfig } from './workspace.ts';

const mail = (subject: string): Uint8Array => Buffer.from(`From: Ada <ada@example.com>\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.com>\r\n\r\nHi\r\n`);
const address = (id: string): string => `${id}@contoso.example`;
const everything = (...ids: readonly string[]): string => scriptedConfig(ids, 'defaults: { backlog: everything }\n', 'memory');

interface World extends AsyncDisposable {
  readonly server: MemoryServer;
  readonly folder: string;
  write(text: string): Promise<void>;
  run(...argv: readonly string[]): Promise<Outcome>;
  /** With more in its environment than the router has. */
  runWith(env: Readonly<Record<string, string>>, ...argv: readonly string[]): Promise<Outcome>;
  json(...argv: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  /** Begins a run; `until` is asked whenever something is printed, and now and then. */
  start(argv: readonly string[], until: (stdout: string, stderr: string) => boolean | Promise<boolean>): Promise<Outcome>;
  files(mailbox: string): Promise<readonly string[]>;
}

async function world(...ids: readonly string[]): Promise<World> {
  const server = createMemoryServer();
  for (const id of ['sales', 'support']) server.addMailbox(address(id));
  const plugins: readonly Plugin[] = [createMemoryPlugin(server), scriptedAuth];
  const workspace = await withConfig(everything(...ids));
  const { folder } = workspace;
  const settings = { cwd: folder, env: { SIGNALBOX_DATA: join(folder, 'data', 'store'), PATH: process.env['PATH'] ?? '', COLUMNS: '140' }, plugins };
  return {
    server,
    folder,
    write: (text) => writeFile(join(folder, 'signalbox.yaml'), text),
    run: (...argv) => signalbox(argv, settings),
    runWith: (env, ...argv) => signalbox(argv, { ...settings, env: { ...settings.env, ...env } }),
    json: async (...argv) => JSON.parse((await signalbox([...argv, '--json'], settings)).stdout) as Readonly<Record<string, unknown>>,
    async start(argv, until) {
      const stop = new AbortController();
      let printed: readonly [string, string] = ['', ''];
      const running = signalbox(['run', ...argv], { ...settings, signal: stop.signal, onOutput: (stdout, stderr) => (printed = [stdout, stderr]) });
      const watching = (async () => {
        for (const end = Date.now() + 15_000; Date.now() < end && !(await until(...printed)); ) await sleep(50);
        stop.abort();
      })();
      const outcome = await running;
      stop.abort();
      await watching;
      return outcome;
    },
    files: (mailbox) => readdir(join(folder, 'in', mailbox, 'new')).catch(() => []),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  };
}

const NOTHING = ['--', process.execPath, '-e', ''];

describe('run', () => {
  it('asks for a deployed configuration, and for somebody to hand mail to', async () => {
    await using w = await world('sales');
    const undeployed = await w.run('run', '--maildir', 'in');
    expect([undeployed.code, undeployed.stderr]).toEqual([EXIT.usage, expect.stringContaining('signalbox apply') as string]);
    expect((await w.run('run')).stderr).toContain('nothing to hand mail over to');
    expect((await w.run('run', '--maildir', 'in', '--', 'true')).code).toBe(EXIT.usage);
  });

  it('puts every mail into a Maildir, once, and ends with 0 when it is stopped', async () => {
    await using w = await world('sales', 'support');
    await w.run('apply');
    for (const subject of ['one', 'two']) w.server.deliver(address('sales'), { raw: mail(subject) });
    w.server.deliver(address('support'), { raw: mail('three') });
    const first = await w.start(['--maildir', 'in'], async () => (await w.files('sales')).length === 2 && (await w.files('support')).length === 1);
    expect([first.code, first.stdout.split('\n').filter((line) => line.includes('✔')).length]).toEqual([EXIT.ok, 3]);
    w.server.deliver(address('sales'), { raw: mail('four') });
    await w.start(['--maildir', 'in'], async () => (await w.files('sales')).length === 3);
    const texts = await Promise.all((await w.files('sales')).map((name) => readFile(join(w.folder, 'in', 'sales', 'new', name), 'utf8')));
    expect(new Set(texts.map((text) => /Subject: (.*)\r/.exec(text)?.[1]))).toEqual(new Set(['one', 'two', 'four']));
    expect(await w.json('deliveries', 'list', '--state', 'closed')).toMatchObject({ deliveries: { length: 4 } });
  });

  it('hands mail to a program, and again what the program did not take', async () => {
    await using w = await world('sales');
    await w.run('apply');
    w.server.deliver(address('sales'), { raw: mail('one') });
    const script = `const { appendFileSync } = require('node:fs'); appendFileSync(${JSON.stringify(join(w.folder, 'log'))}, process.env.SIGNALBOX_DELIVERY + ' ' + process.env.SIGNALBOX_ATTEMPT + '\\n'); process.exit(process.env.SIGNALBOX_ATTEMPT === '1' ? 1 : 0)`;
    const { stderr } = await w.start(['--', process.execPath, '-e', script], (stdout) => stdout.includes('✔'));
    const lines = (await readFile(join(w.folder, 'log'), 'utf8')).trim().split('\n').map((line) => line.split(' '));
    expect([lines.map(([, attempt]) => attempt), new Set(lines.map(([id]) => id)).size]).toEqual([['1', '2'], 1]);
    expect(stderr).toContain('again in 1 second');
  });

  it('takes over a newer revision, and a pause, within seconds', async () => {
    await using w = await world('sales');
    await w.run('apply');
    let [step, whilePaused] = [0, -1];
    await w.start(['--maildir', 'in'], async (_, stderr) => {
      if (step === 0 && stderr.includes('Running revision 1')) {
        await w.write(everything('sales', 'support'));
        await w.run('apply');
        w.server.deliver(address('support'), { raw: mail('added') });
        step = 1;
      }
      if (step === 1 && (await w.files('support')).length === 1) {
        await w.run('mailbox', 'pause', 'sales');
        step = 2;
      }
      if (step === 2 && ((await w.json('status', '--offline'))['mailboxes'] as { state: string }[])[0]?.state === 'paused') {
        await sleep(6_000); // a lease is kept every five seconds
        w.server.deliver(address('sales'), { raw: mail('meanwhile') });
        await sleep(1_000);
        whilePaused = (await w.files('sales')).length;
        await w.run('mailbox', 'resume', 'sales');
        step = 3;
      }
      return step === 3 && (await w.files('sales')).length === 1;
    });
    expect([step, whilePaused, (await w.files('sales')).length]).toEqual([3, 0, 1]);
  }, 40_000);

  it('tells of a newer revision that it cannot load, and goes on with the one before', async () => {
    await using w = await world('sales');
    await w.run('apply');
    let step = 0;
    const { stderr } = await w.start(['--maildir', 'in'], async (_, told) => {
      if (step === 0 && told.includes('Running revision 1')) {
        await w.write(everything('sales').replace('organization: contoso', "organization: '${env:ELSEWHERE}'"));
        await w.runWith({ ELSEWHERE: 'contoso' }, 'apply');
        step = 1;
      }
      if (step === 1 && told.includes('cannot be used')) {
        w.server.deliver(address('sales'), { raw: mail('after') });
        step = 2;
      }
      return step === 2 && (await w.files('sales')).length === 1;
    });
    expect([step, stderr]).toEqual([2, expect.stringMatching(/Revision 2 cannot be used; the one before goes on\.\n[^]*ELSEWHERE is not set/) as string]);
    expect(await w.json('status', '--offline')).toMatchObject({ revision: 2 });
  });

  it('is one of a kind on a data directory, and commands are welcome beside it', async () => {
    await using w = await world('sales');
    await w.run('apply');
    const seen: { second?: Outcome; status?: Outcome } = {};
    await w.start(['--maildir', 'in'], async (_, stderr) => {
      if (!stderr.includes('Running revision 1')) return false;
      seen.second ??= await w.run('run', ...NOTHING);
      seen.status = await w.run('status', '--offline');
      return / active /.test(seen.status.stdout);
    });
    expect([seen.second?.code, seen.second?.stderr]).toEqual([EXIT.failed, expect.stringContaining('Another router works on') as string]);
    expect(seen.status?.stdout).toMatch(/sales +scripted +active +20\d\d-/);
  });
});

describe('what stands', () => {
  it('is told for every mailbox, with the failure and its remedy', async () => {
    await using w = await world('sales', 'ghost');
    await w.run('apply');
    const seen: { status?: Outcome } = {};
    await w.start(['--maildir', 'in'], async () => {
      seen.status = await w.run('status', '--offline');
      return seen.status.stdout.includes('retrying');
    });
    expect(seen.status?.code).toBe(EXIT.failed);
    expect(seen.status?.stdout).toMatch(/ghost[^]*There is no mailbox ghost@contoso\.example[^]*1 of 2 mailboxes needs somebody/);
  });

  it('counts unread mail, and what a first connect would deliver', async () => {
    await using w = await world('sales', 'support');
    await w.run('apply');
    for (const subject of ['one', 'two']) w.server.deliver(address('sales'), { raw: mail(subject) });
    expect(await w.json('status')).toMatchObject({ mailboxes: [{ mailbox: 'sales', state: 'idle', unread: 2, deliveries: { open: 0, dead: 0 } }, { mailbox: 'support', unread: 0 }] });
    expect(await w.json('backlog', '--dry-run')).toMatchObject({ ok: true, mailboxes: [{ mailbox: 'sales', backlog: 'everything', folders: [{ count: 2, connected: false }] }, { mailbox: 'support', folders: [{ count: 0 }] }] });
    await w.start(['--maildir', 'in'], async () => (await w.files('sales')).length === 2);
    expect(await w.json('backlog', 'sales')).toMatchObject({ mailboxes: [{ folders: [{ count: 0, connected: true }] }] });
  });

  it('is listed, acknowledged and replayed delivery by delivery', async () => {
    await using w = await world('sales');
    await w.run('apply');
    for (const subject of ['one', 'two']) w.server.deliver(address('sales'), { raw: mail(subject) });
    const { stderr } = await w.start(['--', process.execPath, '-e', 'process.exit(1)'], (_, told) => (told.match(/· try 1/g) ?? []).length === 2);
    expect(stderr.match(/it has to end with 0|for the same reason/g)).toEqual(['it has to end with 0', 'for the same reason']); // explained once
    const { deliveries } = (await w.json('deliveries', 'list')) as { deliveries: { id: string; message: { subject: string } }[] };
    expect(deliveries.map(({ message }) => message.subject)).toEqual(['one', 'two']);
    expect((await w.run('deliveries', 'show', deliveries[0]!.id)).stdout).toMatch(/Subject +one[^]*Handed over +1 time[^]*Last refusal +The program/);
    expect(await w.json('deliveries', 'ack', deliveries[0]!.id)).toMatchObject({ closed: [{ id: deliveries[0]!.id, mailbox: 'sales' }] });
    expect((await w.run('deliveries', 'replay', deliveries[1]!.id)).stderr).toContain('is open, not dead');
    expect((await w.run('deliveries', 'ack', 'nothing')).code).toBe(EXIT.usage);
    expect((await w.run('deliveries', 'list')).stdout).toMatch(/two[^]*1 delivery/);
  });
});
