import { join } from 'node:path';
import type { Plugin } from '@signalbox/core';
import { createMemoryPlugin, createMemoryServer } from '@signalbox/transport-memory';
import { describe, expect, it } from 'vitest';
import { EXIT, type Outcome, signalbox } from './io.ts';
import { scriptedAuth } from './scripted.ts';
import { scriptedConfig, withConfig } from './workspace.ts';

interface Entry {
  readonly id: string;
  readonly state: string;
}

async function world() {
  const server = createMemoryServer();
  for (const id of ['sales', 'support']) server.addMailbox(`${id}@contoso.example`);
  const plugins: readonly Plugin[] = [createMemoryPlugin(server), scriptedAuth];
  const workspace = await withConfig(scriptedConfig(['sales', 'support'], 'outgoing: { bcc: archive@contoso.example }\n', 'memory'), {
    'mail.eml': 'From: sales@contoso.example\r\nTo: support@contoso.example\r\nSubject: Finished\r\n\r\nHi\r\n',
  });
  const settings = { cwd: workspace.folder, env: { SIGNALBOX_DATA: join(workspace.folder, 'data', 'store'), COLUMNS: '140', PATH: process.env['PATH'] ?? '' }, plugins };
  const run = (...argv: readonly string[]): Promise<Outcome> => signalbox(argv, settings);
  return {
    server,
    workspace,
    run,
    send: async (...argv: readonly string[]) => JSON.parse((await run('send', 'sales', '--to', 'support@contoso.example', '--json', ...argv)).stdout) as { ok: boolean; entry: Entry },
    entries: async () => (JSON.parse((await run('outbox', 'list', '--json')).stdout) as { entries: readonly Entry[] }).entries,
    /** Runs the router meanwhile. */
    async beside<T>(work: () => Promise<T>): Promise<T> {
      const stop = new AbortController();
      const running = signalbox(['run', '--maildir', 'in'], { ...settings, signal: stop.signal });
      try {
        return await work();
      } finally {
        stop.abort();
        expect((await running).code).toBe(EXIT.ok);
      }
    },
  };
}

describe('send, once a configuration is deployed', () => {
  it('puts the mail into the outbox, and the router sends it once', async () => {
    const w = await world();
    await using _ = w.workspace;
    await w.run('apply');
    const { entry } = await w.send('-s', 'Hello', '--text', 'Hi', '--key', 'k1');
    expect(entry.state).toBe('queued');
    expect((await w.send('-s', 'Hello', '--text', 'Hi', '--key', 'k1')).entry.id).toBe(entry.id);
    expect(w.server.submitted.length).toBe(0);
    const waited = await w.beside(() => w.run('send', 'sales', '--file', 'mail.eml', '--wait', '--json'));
    expect([waited.code, (JSON.parse(waited.stdout) as { entry: Entry }).entry.state]).toEqual([EXIT.ok, 'sent']);
    await w.beside(async () => {
      await expect.poll(async () => (await w.entries()).map(({ state }) => state), { timeout: 10_000 }).toEqual(['sent', 'sent']);
    });
    expect(w.server.submitted.map(({ rcptTo }) => [...rcptTo].sort((a, b) => a.localeCompare(b)))).toEqual(Array.from({ length: 2 }, () => ['archive@contoso.example', 'support@contoso.example']));
    expect((await w.run('outbox', 'show', entry.id)).stdout).toMatch(/sent[^]*Subject +Hello[^]*Tries +1/);
  }, 30_000);

  it('goes past the outbox with --direct', async () => {
    const w = await world();
    await using _ = w.workspace;
    await w.run('apply');
    expect(await w.send('-s', 'Now', '--text', 'Hi', '--direct')).toMatchObject({ ok: true, accepted: expect.arrayContaining(['support@contoso.example']) as string[] });
    expect([w.server.submitted.length, await w.entries()]).toEqual([1, []]);
    expect((await w.run('send', 'sales', '--to', 'a@b.example', '--text', 'x', '--direct', '--wait')).code).toBe(EXIT.usage);
  });

  it('is scheduled, and cancelled before its time, once', async () => {
    const w = await world();
    await using _ = w.workspace;
    await w.run('apply');
    const { entry } = await w.send('-s', 'Later', '--text', 'Hi', '--at', '2099-01-01T08:00:00Z');
    expect(entry.state).toBe('scheduled');
    expect((await w.run('outbox', 'list')).stdout).toMatch(/scheduled[^]*support@contoso\.example[^]*Later[^]*1 mail/);
    expect((await w.run('outbox', 'cancel', entry.id)).code).toBe(EXIT.ok);
    const again = await w.run('outbox', 'cancel', entry.id);
    expect([again.code, again.stderr]).toEqual([EXIT.usage, expect.stringContaining('is cancelled: it cannot be cancelled') as string]);
    expect((await w.run('outbox', 'retry', 'nothing')).stderr).toContain('There is no outbox entry');
    expect((await w.run('send', 'sales', '--to', 'a@b.example', '--text', 'x', '--at', 'tomorrow')).code).toBe(EXIT.usage);
  });
});
