import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runCommand } from '../src/run-command.ts';
import { freshName } from '../src/worlds/issuers.ts';
import { lab } from './lab.ts';

const { dovecot, postfix } = lab;
if (!dovecot || !postfix) throw new Error('The lab runs without Dovecot or Postfix.');

const mail = (subject: string): Buffer => Buffer.from(`From: ada@example.test\r\nMessage-ID: <${subject.replaceAll(' ', '-')}@example.test>\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\nSubject: ${subject}\r\n\r\nHi\r\n`);
const subjectOf = (text: string): string => /^Subject: (.*)\r$/m.exec(text)?.[1] ?? '';

it('a mailbox on Dovecot goes from a password to XOAUTH2, back and there again while mail comes: none is lost, none comes twice', { timeout: 120_000 }, async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'signalbox-switch-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(cwd, { recursive: true, force: true }));
  const { user, password } = await dovecot.createUser(freshName('switched'));
  await writeFile(join(cwd, 'access.token'), await lab.oauth.mint({ user }));
  await writeFile(
    join(cwd, 'signalbox.yaml'),
    `version: 1
organization: lab
network: { ca: ${lab.caFile} }
defaults: { backlog: everything }
servers:
  imap: { host: 127.0.0.1, port: ${dovecot.imapsPort}, tls: implicit }
  smtp: { host: 127.0.0.1, port: ${postfix.submissionPort}, tls: starttls }
mailboxes:
  - { id: switched, address: ${user}, flow: basic, password: '\${env:PASSWORD}', tokenFile: access.token }
`,
  );
  const settings = { cwd, env: { PASSWORD: password, SIGNALBOX_DATA: join(cwd, 'data', 'store') } };
  const done = async (...argv: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await runCommand(argv, settings);
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  };
  await done('apply');

  const delivered: string[] = [];
  const ending = new AbortController();
  const traffic = (async () => {
    while (!ending.signal.aborted) {
      delivered.push(`mail ${delivered.length}`);
      await dovecot.deliver(user, mail(delivered.at(-1) ?? ''));
      await sleep(100);
    }
  })();
  const stop = new AbortController();
  const router = runCommand(['run', '--maildir', 'in'], { ...settings, signal: stop.signal });
  stack.defer(async () => {
    ending.abort();
    stop.abort();
    await Promise.allSettled([traffic, router]);
  });
  const names = (): Promise<readonly string[]> => readdir(join(cwd, 'in', 'switched', 'new')).catch(() => []);
  const more = async (): Promise<void> => {
    const before = delivered.length;
    await expect.poll(async () => (await names()).length, { timeout: 30_000, interval: 100 }).toBeGreaterThan(before);
  };
  await more();
  for (const step of [['run', 'switched', '--to', 'token'], ['roll-back', 'switched'], ['run', 'switched', '--to', 'token']]) {
    await done('switch', ...step);
    await more();
  }
  ending.abort();
  await traffic;
  await expect.poll(async () => (await names()).length, { timeout: 30_000, interval: 100 }).toBeGreaterThanOrEqual(delivered.length);
  stop.abort();
  await router;
  const taken = await Promise.all((await names()).map(async (name) => subjectOf(await readFile(join(cwd, 'in', 'switched', 'new', name), 'utf8'))));
  expect(taken.toSorted()).toEqual(delivered.toSorted());
});
