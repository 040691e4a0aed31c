import { join } from 'node:path';
import type { Plugin } from '@signalbox/core';
import { createMemoryPlugin, createMemoryServer } from '@signalbox/transport-memory';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../src/program.ts';
import { textWidth } from '../src/view/text.ts';
import { EXIT, type Outcome, signalbox } from './io.ts';
import { scriptedAuth } from './scripted.ts';
import { scriptedConfig, withConfig } from './workspace.ts';

const WIDTH = 80;
const LONG = 'customer-relations-of-the-eastern-region';
const IDS = ['sales', LONG];
const SUBJECTS = ['会議の議事録をお送りします — ご確認をお願いいたします。長い件名のテスト', 'Grüße 🎉🎉 from a subject that does not fit into any terminal of eighty columns at all', '\u001B[31mred\u001B[0m \u202Eevil', ''];

/** What is wider than the terminal: nothing, but for addresses of pages and files, which are never broken. */
const tooWide = (text: string): readonly string[] => text.split('\n').filter((line) => textWidth(line) > WIDTH && !/\S{60,}/.test(line));

function namesOf(command: Command, before: readonly string[] = []): readonly (readonly string[])[] {
  return command.commands.flatMap((each) => (each.name() === 'help' ? [] : [[...before, each.name()], ...namesOf(each, [...before, each.name()])]));
}

async function world() {
  const server = createMemoryServer();
  for (const id of IDS) server.addMailbox(`${id}@contoso.example`);
  const plugins: readonly Plugin[] = [createMemoryPlugin(server), scriptedAuth];
  const workspace = await withConfig(scriptedConfig(IDS, 'defaults: { backlog: everything }\n', 'memory'));
  const settings = { cwd: workspace.folder, env: { SIGNALBOX_DATA: join(workspace.folder, 'data', 'store'), COLUMNS: String(WIDTH), PATH: process.env['PATH'] ?? '' }, plugins };
  return { server, workspace, settings, run: (...argv: readonly string[]): Promise<Outcome> => signalbox(argv, settings) };
}

describe('on a terminal of eighty columns', () => {
  it('every command explains itself without a line that breaks', async () => {
    const program = createProgram({ io: { stdout: { write: () => true }, stderr: { write: () => true }, env: {} } } as unknown as Parameters<typeof createProgram>[0], { color: false, mailboxes: [] });
    const names = [[], ...namesOf(program)];
    expect(names.length).toBeGreaterThan(35);
    const broken: Record<string, readonly string[]> = {};
    for (const name of names) {
      const { stdout } = await signalbox([...name, '--help'], { env: { COLUMNS: String(WIDTH) } });
      if (tooWide(stdout).length > 0) broken[name.join(' ')] = tooWide(stdout);
    }
    expect(broken).toEqual({});
  });

  it('every list fits, with whole ids and addresses, whatever the subjects are', async () => {
    const { server, workspace, settings, run } = await world();
    await using _ = workspace;
    const applied = await run('apply');
    for (const subject of SUBJECTS) {
      for (const id of IDS) server.deliver(`${id}@contoso.example`, { raw: Buffer.from(`From: "山田太郎" <yamada.taro.with.a.very.long.address@customer.example.co.jp>\r\nSubject: ${subject}\r\n\r\nHi\r\n`) });
    }
    const stop = new AbortController();
    const running = signalbox(['run', '--', process.execPath, '-e', 'process.exit(1)'], { ...settings, signal: stop.signal });
    await expect.poll(async () => (JSON.parse((await run('deliveries', 'list', '--json')).stdout) as { deliveries: unknown[] }).deliveries.length, { timeout: 15_000 }).toBe(8);
    stop.abort();
    const ran = await running;
    for (const id of IDS) await run('send', id, '--to', 'somebody.with.a.long.name@another-organisation.example', '-s', SUBJECTS[1]!, '--text', 'Hi');
    const [delivery] = (JSON.parse((await run('deliveries', 'list', LONG, '--json')).stdout) as { deliveries: { id: string }[] }).deliveries;
    const outcomes = { applied, ran };
    for (const line of ['check', 'check --explain', 'plan', 'history', 'status', 'status --offline', 'deliveries list', `deliveries show ${delivery!.id}`, 'outbox list', 'backlog --dry-run', 'test incoming', 'auth status', 'doctor', `mailbox pause ${LONG}`, 'deliveries show nothing', `mailbox remove ${LONG}x`]) {
      Object.assign(outcomes, { [line]: await run(...line.split(' ')) });
    }
    const broken = Object.entries<Outcome>(outcomes).flatMap(([line, { stdout, stderr }]) => tooWide(`${stdout}\n${stderr}`).map((text) => `${line}: ${text}`));
    expect(broken).toEqual([]);
    for (const line of ['check', 'test incoming', 'auth status', 'deliveries list', 'doctor'] as const) expect((await run(...line.split(' '))).stdout).toMatch(/customer-[^…]*relations-[^…]*eastern-[^…]*region/);
    expect((await run('deliveries', 'list')).stdout).toContain(delivery!.id);
  }, 60_000);

  it('says that a list goes on', async () => {
    const { workspace, run } = await world();
    await using _ = workspace;
    await run('apply');
    for (let count = 0; count < 3; count += 1) await run('send', 'sales', '--to', 'a@example.com', '-s', 'Hi', '--text', 'Hi');
    expect((await run('outbox', 'list', '--limit', '2')).stdout).toContain('2 mails, and there are more: --limit');
    expect(JSON.parse((await run('outbox', 'list', '--limit', '2', '--json')).stdout)).toMatchObject({ more: true });
    expect(await run('outbox', 'list', '--limit', '3')).toMatchObject({ code: EXIT.ok, stdout: expect.stringMatching(/3 mails\n$/) });
    expect((await run('deliveries', 'list')).stdout).toBe('There are none.\n');
  });
});
