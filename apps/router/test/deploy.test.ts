import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { createDeployments } from '@signalbox/router';
import { openStore, type Store } from '@signalbox/store';
import { createMemoryPlugin, createMemoryServer } from '@signalbox/transport-memory';
import { describe, expect, it } from 'vitest';
import { EXIT, type Outcome, signalbox } from './io.ts';
import { scriptedAuth } from './scripted.ts';
import { scriptedConfig, withConfig } from './workspace.ts';

interface World extends AsyncDisposable {
  readonly folder: string;
  write(text: string): Promise<void>;
  run(...argv: readonly string[]): Promise<Outcome>;
  json(...argv: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  store(): Promise<Store>;
}

async function world(...mailboxes: readonly string[]): Promise<World> {
  const server = createMemoryServer({ name: 'mail' });
  for (const id of ['sales', 'support', 'faxes']) server.addMailbox(`${id}@contoso.example`);
  const plugins: readonly Plugin[] = [createMemoryPlugin(server), scriptedAuth];
  const workspace = await withConfig(config(...mailboxes));
  const data = join(workspace.folder, 'data', 'store');
  const run: World['run'] = (...argv) => signalbox(argv, { cwd: workspace.folder, env: { SIGNALBOX_DATA: data, COLUMNS: '140' }, plugins });
  return {
    folder: workspace.folder,
    write: (text) => writeFile(join(workspace.folder, 'signalbox.yaml'), text),
    run,
    json: async (...argv) => JSON.parse((await run(...argv, '--json')).stdout) as Readonly<Record<string, unknown>>,
    store: () => openStore({ directory: data, clock: systemClock }),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  };
}

const config = (...mailboxes: readonly string[]): string => scriptedConfig(mailboxes, '', 'memory');

/** As if mail had been received: a mailbox is live from its first position on. */
async function receiveSomething(world: World, mailbox: string, door = `memory:x/${mailbox}`): Promise<void> {
  await using store = await world.store();
  const holding = await store.leases.acquire(mailbox, 'receive', 'a test');
  await store.ledger.record({ holding: holding!, cursor: { door, folder: 'inbox', cursor: 'c', sweptAt: 1, state: 'delivering' } });
  await store.leases.release(holding!);
}

describe('plan and apply', () => {
  it('deploys what was planned, once, and tells the history', async () => {
    await using world_ = await world('sales', 'support');
    const planned = await world_.run('plan');
    expect([planned.code, planned.stdout]).toEqual([EXIT.ok, expect.stringMatching(/\+ +sales +added[^]*\+ +support +added[^]*Nothing is deployed yet\. To change: 2 added/) as string]);
    expect((await world_.run('plan', '--exit-code')).code).toBe(EXIT.changes);
    const applied = await world_.run('apply', '-m', 'first');
    expect([applied.code, applied.stdout]).toEqual([EXIT.ok, expect.stringContaining('Revision 1 is deployed: first (2 added') as string]);
    expect(await world_.json('plan', '--exit-code')).toMatchObject({ ok: true, base: 1, changes: false, unchanged: 2 });
    expect((await world_.run('plan', '--exit-code')).code).toBe(EXIT.ok);
    expect((await world_.run('apply')).stdout).toContain('Revision 1 is deployed already');
    expect(await world_.json('history')).toMatchObject({ revisions: [{ number: 1, who: expect.stringContaining('@') as string, summary: expect.stringContaining('first') as string }] });
  });

  it('gives a mailbox its new address and keeps what is stored of it', async () => {
    await using world_ = await world('sales');
    await world_.run('apply');
    await receiveSomething(world_, 'sales');
    await world_.write(config('sales').replace('sales@', 'verkauf@'));
    expect((await world_.run('apply')).code).toBe(EXIT.ok);
    await using store = await world_.store();
    expect([(await store.mailboxes.get('sales'))?.address, (await store.ledger.cursors('sales')).length]).toEqual(['verkauf@contoso.example', 1]);
  });

  it('refuses another flow of a mailbox that receives, and names the switch', async () => {
    await using world_ = await world('sales');
    await world_.run('apply');
    await receiveSomething(world_, 'sales');
    await world_.write(config('sales').replace('flows:\n', 'flows:\n  other: { receive: { transport: memory } }\n').replace('flow: scripted', 'receive: other'));
    const refused = await world_.run('apply');
    expect([refused.code, refused.stdout]).toEqual([EXIT.failed, expect.stringContaining('signalbox switch plan sales --to other') as string]);
    expect(await world_.json('plan')).toMatchObject({ ok: false, refusals: [{ reason: 'live-flow', mailbox: 'sales' }] });
    expect(await world_.json('history')).toMatchObject({ revisions: [{ number: 1 }] });
  });

  it('erases a mailbox only when that is said', async () => {
    await using world_ = await world('sales', 'support');
    await world_.run('apply');
    await receiveSomething(world_, 'support');
    await world_.write(config('sales'));
    const asked = await world_.run('apply');
    expect([asked.code, asked.stderr]).toEqual([EXIT.usage, expect.stringContaining('--allow-removal') as string]);
    expect((await world_.run('apply', '--allow-removal')).code).toBe(EXIT.ok);
    await using store = await world_.store();
    expect([(await store.mailboxes.list()).map(({ id }) => id), await store.ledger.cursors('support')]).toEqual([['sales'], []]);
  });

  it('goes back to a revision, as a new one', async () => {
    await using world_ = await world('sales');
    await world_.run('apply');
    await world_.write(config('sales', 'faxes'));
    await world_.run('apply');
    expect((await world_.run('apply', '--revision', '1', '--allow-removal')).stdout).toContain('Revision 3 is deployed: back to revision 1 (1 removed)');
    expect((await world_.run('history', '--show', '3')).stdout).toBe(config('sales'));
    expect((await world_.run('apply', '--revision', '9')).code).toBe(EXIT.usage);
  });

  it('is made good for where it was interrupted', async () => {
    await using world_ = await world('sales', 'support');
    await world_.run('apply');
    await using store = await world_.store();
    await store.mailboxes.remove('sales');
    await store.mailboxes.put({ id: 'left-over', address: 'left-over@contoso.example' });
    await createDeployments(store).settle();
    expect((await store.mailboxes.list()).map(({ id }) => id)).toEqual(['sales', 'support']);
  });

  it('lets one of two win that apply at the same time, and tells the other', async () => {
    await using world_ = await world('sales');
    const outcomes = await Promise.all([world_.run('apply'), world_.run('apply'), world_.run('apply')]);
    expect(outcomes.map(({ code }) => code)).toContain(EXIT.ok);
    for (const { code, stdout, stderr } of outcomes) expect(code === EXIT.ok ? stdout : stderr).toMatch(/Revision 1 is deployed|config\.conflict/);
    expect(await world_.json('history')).toMatchObject({ revisions: [{ number: 1 }] });
  });

  it('recognizes with --probe a mailbox that is read under another id already', async () => {
    await using world_ = await world('sales');
    await world_.run('apply');
    await receiveSomething(world_, 'sales', 'memory:mail/faxes@contoso.example');
    await world_.write(config('sales', 'faxes'));
    expect((await world_.run('plan')).code).toBe(EXIT.ok);
    const doors = await world_.json('plan', '--probe');
    expect(doors).toMatchObject({ refusals: [{ reason: 'same-mailbox' }] });
  });

  it('keeps references as they are, and nothing of what they lead to', async () => {
    await using world_ = await world('sales');
    await world_.write(config('sales').replace('flow: scripted', "flow: scripted, username: '${env:SIGNALBOX_DATA}', password: 'in-cl3ar-text'"));
    await world_.run('apply');
    await using store = await world_.store();
    const kept = (await store.revisions.text(1))?.reveal() ?? '';
    expect(kept).toContain('${env:SIGNALBOX_DATA}');
    expect(kept.split('in-cl3ar-text').length).toBe(2); // in the text that the operator wrote, and nowhere else
  });
});

describe('mailboxes beside a running router', () => {
  it('are paused and resumed, by id or address', async () => {
    await using world_ = await world('sales');
    await world_.run('apply');
    expect((await world_.run('mailbox', 'pause', 'SALES@contoso.example')).code).toBe(EXIT.ok);
    await using store = await world_.store();
    expect((await store.mailboxes.get('sales'))?.state).toBe('paused');
    expect(await world_.json('mailbox', 'resume', 'sales')).toEqual({ ok: true, mailbox: 'sales', state: 'active' });
    expect((await store.mailboxes.get('sales'))?.state).toBe('active');
    expect((await store.audit.list({ limit: 3 })).map(({ what, subject }) => `${what} ${subject}`)).toEqual(['mailbox-resumed sales', 'mailbox-paused sales', 'configuration-deployed revision 1']);
    expect((await world_.run('mailbox', 'pause', 'slaes')).stderr).toContain('Did you mean "sales"?');
  });

  it('are removed with a revision that is without them, and only when that is said', async () => {
    await using world_ = await world('sales', 'support');
    await world_.run('apply');
    expect((await world_.run('mailbox', 'remove', 'sales')).code).toBe(EXIT.usage);
    expect(await world_.json('mailbox', 'remove', 'sales', '--yes')).toMatchObject({ ok: true, revision: { number: 2 } });
    expect((await world_.run('history', '--show', '2')).stdout).not.toContain('sales@');
    await using store = await world_.store();
    expect((await store.mailboxes.list()).map(({ id }) => id)).toEqual(['support']);
    expect((await world_.run('mailbox', 'remove', 'support', '--yes')).stderr).toContain('it is the only mailbox');
    expect(await world_.json('plan')).toMatchObject({ mailboxes: [{ kind: 'added', mailbox: 'sales' }] });
  });
});
