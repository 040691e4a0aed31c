import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { connectControl, type TenantDescription } from '@signalbox/tenant-sim';
import { run } from 'signalbox';
import { expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';

const MAIN = fileURLToPath(new URL('../../../packages/tenant-sim/src/main.ts', import.meta.url));

async function signalbox(...argv: readonly string[]): Promise<{ readonly code: number; readonly answer: unknown }> {
  const stdout = new PassThrough();
  const code = await run([...argv, '--json'], { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {}, cwd: '/', signal: new AbortController().signal });
  return { code, answer: JSON.parse(String(stdout.read())) };
}

it('the configuration that signalbox-tenant writes routes every mailbox, and mail goes in and out by it', async () => {
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', MAIN, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { caFile, configurationFile, doors } = JSON.parse(line.toString()) as TenantDescription;
  const config = ['--config', configurationFile];
  expect(await signalbox('check', ...config)).toMatchObject({
    code: 0,
    answer: { ok: true, problems: [], mailboxes: ['sales', 'support', 'shared'].map((id) => ({ id, receive: { state: 'routed', transport: 'imap' }, send: { state: 'routed', transport: 'smtp' } })) },
  });
  await using control = await connectControl({ url: doors.control!.url!, secret: doors.control!.secret!, ca: await readFile(caFile, 'utf8') });
  for (const id of ['sales', 'support', 'shared']) {
    await control.mail.deliver(`${id}@contoso.test`, { from: 'ada@example.org', subject: 'Hello' });
    expect(await signalbox('test', 'outgoing', id, '--to', 'ada@example.org', ...config)).toMatchObject({ code: 0, answer: { ok: true, from: `${id}@contoso.test` } });
  }
  expect(await signalbox('test', 'incoming', ...config)).toMatchObject({ code: 0, answer: { ok: true, passed: 3, mailboxes: ['sales', 'support', 'shared'].map((mailbox) => ({ mailbox, unread: 1 })) } });
  expect((await control.mail.outbound()).map(({ mailFrom }) => mailFrom)).toEqual(['sales@contoso.test', 'support@contoso.test', 'shared@contoso.test']);
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(existsSync(configurationFile)).toBe(false);
});
