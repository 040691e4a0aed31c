import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { connectControl, type TenantDescription } from '@signalbox/tenant-sim';
import { run } from 'signalbox';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../packages/tenant-sim/src/main.ts', import.meta.url));

/** By the application, over Graph and over IMAP, and by password. */
const UNATTENDED = ['sales', 'scanner', 'shared'];

async function signalbox(...argv: readonly string[]): Promise<{ readonly code: number; readonly answer: unknown }> {
  const stdout = new PassThrough();
  const code = await run([...argv, '--json'], { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {}, cwd: '/', signal: new AbortController().signal });
  return { code, answer: JSON.parse(String(stdout.read())) };
}

/** `await using`: one that a failing test leaves behind would hold the output of the test run open. */
async function startCommand() {
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', MAIN, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return (await ended)[0];
  };
  return {
    description: JSON.parse(line.toString()) as TenantDescription,
    end,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) await end('SIGKILL');
    },
  };
}

it('the configuration that signalbox-tenant writes has every flow, and mail goes in and out by each that needs nobody to sign in', async () => {
  await using command = await startCommand();
  const { caFile, configurationFile, doors } = command.description;
  const config = ['--config', configurationFile, '--data', join(dirname(configurationFile), 'data')];
  const checked = await signalbox('check', ...config);
  expect(checked).toMatchObject({ code: 0, answer: { ok: true, problems: [] } });
  const { mailboxes } = checked.answer as { readonly mailboxes: readonly { readonly id: string; readonly receive: unknown; readonly send: unknown }[] };
  expect(mailboxes.map(({ id, receive, send }) => [id, receive, send])).toMatchObject([
    ['sales', { flow: 'o365-client-credentials', transport: 'graph', auth: 'entra' }, { transport: 'graph' }],
    ['support', { flow: 'o365-on-behalf-of', transport: 'imap', auth: 'entra' }, { transport: 'smtp' }],
    ['scanner', { flow: 'basic', transport: 'imap', auth: 'password' }, { transport: 'smtp' }],
    ['shared', { flow: 'o365-imap-client-credentials', transport: 'imap', auth: 'entra' }, { transport: 'smtp' }],
  ]);
  await using control = await connectControl({ url: doors.control!.url!, secret: doors.control!.secret!, ca: await readFile(caFile, 'utf8') });
  for (const id of UNATTENDED) {
    await control.mail.deliver(`${id}@contoso.test`, { from: 'ada@example.org', subject: 'Hello' });
    expect(await signalbox('test', 'outgoing', id, '--to', 'ada@example.org', ...config)).toMatchObject({ code: 0, answer: { ok: true, from: `${id}@contoso.test` } });
  }
  expect((await control.mail.outbound()).map(({ mailFrom }) => mailFrom)).toEqual(UNATTENDED.map((id) => `${id}@contoso.test`));
  expect(await signalbox('test', 'incoming', ...UNATTENDED, ...config)).toMatchObject({ code: 0, answer: { ok: true, passed: 3, mailboxes: UNATTENDED.map((mailbox) => ({ mailbox, unread: 1 })) } });
  expect(await signalbox('test', 'incoming', 'support', ...config)).toMatchObject({ code: 1, answer: { mailboxes: [{ error: { code: 'auth.interaction-required', remedy: { action: 'sign-in-again' } } }] } });
  expect(await command.end('SIGINT')).toBe(0);
  expect(existsSync(configurationFile)).toBe(false);
});
