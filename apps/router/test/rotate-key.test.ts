import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryPlugin, createMemoryServer } from '@signalbox/transport-memory';
import { describe, expect, it } from 'vitest';
import { EXIT, signalbox } from './io.ts';
import { scriptedAuth } from './scripted.ts';
import { scriptedConfig, withConfig } from './workspace.ts';

const ADDRESS = 'sales@contoso.example';
const mail = (subject: string): Uint8Array => Buffer.from(`From: Ada <ada@example.com>\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.com>\r\n\r\nHi\r\n`);
const keysIn = (text: string): readonly string[] => text.split('\n').flatMap((line) => line.replace(/#.*/, '').trim() || []);

async function world() {
  const server = createMemoryServer();
  server.addMailbox(ADDRESS);
  const workspace = await withConfig(scriptedConfig(['sales'], 'defaults: { backlog: everything }\n', 'memory'));
  const { folder } = workspace;
  const settings = { cwd: folder, plugins: [createMemoryPlugin(server), scriptedAuth], env: { SIGNALBOX_DATA: join(folder, 'data', 'store'), PATH: process.env['PATH'] ?? '' } };
  return { server, settings, keyFile: join(folder, 'data', 'store.key'), run: (...argv: readonly string[]) => signalbox(argv, settings), [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose]() };
}

describe('a rotation of the key', () => {
  it('beside a running router stops nothing: it goes on opening and writing, and the old key is needed no more', { timeout: 60_000 }, async () => {
    await using w = await world();
    await w.run('apply');
    const [before] = keysIn(await readFile(w.keyFile, 'utf8'));
    const stop = new AbortController();
    const refused = `const { existsSync } = require('node:fs'); process.exit(existsSync('taken') ? 0 : 1)`;
    const running = signalbox(['run', '--', process.execPath, '-e', refused], { ...w.settings, signal: stop.signal });
    const traffic = (async () => {
      let count = 0;
      for (; !stop.signal.aborted; count += 1, await sleep(100)) w.server.deliver(ADDRESS, { raw: mail(`mail-${count}`) });
      return count;
    })();
    await expect.poll(async () => (await w.run('deliveries', 'list', '--json')).stdout, { timeout: 10_000 }).toContain('mail-3');

    const rotated = JSON.parse((await w.run('store', 'rotate-key', '--json')).stdout) as { readonly key: string; readonly records: number };
    expect(rotated.records).toBeGreaterThan(3);
    const keys = keysIn(await readFile(w.keyFile, 'utf8'));
    expect([keys.length, keys[1]]).toEqual([2, before]);
    const [fresh = ''] = keys;
    await sleep(2_000); // more is written
    // With the new key alone everything opens: what was there, and what the router has written since.
    const alone = { ...w.settings, env: { ...w.settings.env, SIGNALBOX_KEY: fresh } };
    const listed = await signalbox(['deliveries', 'list', '--limit', '1000', '--json'], alone);
    expect([listed.code, JSON.parse(listed.stdout)]).toMatchObject([EXIT.ok, { deliveries: expect.arrayContaining([expect.objectContaining({ message: expect.objectContaining({ subject: 'mail-0' }) as unknown })]) as unknown }]);
    expect((await signalbox(['history', '--show', '1'], alone)).stdout).toContain('organization: contoso');

    const first = await w.run('store', 'forget-keys');
    expect([first.code, first.stderr]).toEqual([EXIT.usage, expect.stringContaining('Repeat this after') as string]);
    await writeFile(join(w.settings.cwd, 'taken'), '');
    await expect.poll(async () => (await w.run('deliveries', 'list', '--state', 'closed', '--limit', '1000', '--json')).stdout, { timeout: 20_000 }).toMatch(/"id"/);
    stop.abort();
    expect([(await running).code, await traffic]).toEqual([EXIT.ok, expect.any(Number) as number]);
    expect((await running).stderr).not.toMatch(/store-failed|was sealed with the key/);
  });

  it('where the key is given as a text asks for the new one first', async () => {
    await using w = await world();
    await w.run('apply');
    const old = keysIn(await readFile(w.keyFile, 'utf8'))[0] ?? '';
    const given = (key: string) => ({ ...w.settings, env: { ...w.settings.env, SIGNALBOX_KEY: key } });
    const asked = await signalbox(['store', 'rotate-key'], given(old));
    expect([asked.code, asked.stderr]).toEqual([EXIT.usage, expect.stringMatching(/already[^]*put it before the old one in SIGNALBOX_KEY/) as string]);
    const fresh = Buffer.alloc(32, 7).toString('base64');
    expect(JSON.parse((await signalbox(['store', 'rotate-key', '--json'], given(`${fresh} ${old}`))).stdout)).toMatchObject({ ok: true });
    expect((await signalbox(['history'], given(fresh))).code).toBe(EXIT.ok);
    expect((await signalbox(['history'], given(old))).stderr).toContain('was sealed with the key');
    expect((await signalbox(['store', 'forget-keys'], given(fresh))).code).toBe(EXIT.usage);
  });
});
