import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../src/run-command.ts';
import { freshName } from '../src/worlds/issuers.ts';
import { lab } from './lab.ts';

const { dovecot, postfix } = lab;
if (!dovecot || !postfix) throw new Error('The lab runs without Dovecot or Postfix.');

const mail = (subject: string): Buffer => Buffer.from(`From: ada@example.test\r\nMessage-ID: <${subject}@example.test>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nSubject: ${subject}\r\n\r\nHi\r\n`);

interface Tested {
  readonly mailboxes: readonly { readonly mailbox: string; readonly result: string; readonly unread?: number; readonly error?: { readonly code: string; readonly remedy?: { readonly text: string } } }[];
}

describe('the command on Dovecot and Postfix', () => {
  let cwd: string;
  let good: { readonly user: string; readonly password: string };
  let token: string;
  const env = { GOOD_PASSWORD: '', WRONG_PASSWORD: 'Tr0ub4dor-and-3' };

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'signalbox-command-'));
    good = await dovecot.createUser(freshName('good'));
    env.GOOD_PASSWORD = good.password;
    const [mistyped, expired, modern] = await Promise.all(['mistyped', 'expired', 'modern'].map((name) => dovecot.createUser(freshName(name))));
    token = await lab.oauth.mint({ user: expired?.user ?? '', expiresIn: -60 });
    await writeFile(join(cwd, 'expired.token'), token);
    await writeFile(join(cwd, 'modern.token'), await lab.oauth.mint({ user: modern?.user ?? '' }));
    await writeFile(
      join(cwd, 'signalbox.yaml'),
      `version: 1
organization: lab
network: { ca: ${lab.caFile} }
servers:
  imap: { host: 127.0.0.1, port: ${dovecot.imapsPort}, tls: implicit }
  smtp: { host: 127.0.0.1, port: ${postfix.submissionPort}, tls: starttls }
mailboxes:
  - { id: good, address: ${good.user}, flow: basic, password: '\${env:GOOD_PASSWORD}' }
  - { id: mistyped, address: ${mistyped?.user}, flow: basic, password: '\${env:WRONG_PASSWORD}' }
  - { id: expired, address: ${expired?.user}, flow: token, tokenFile: expired.token }
  - { id: modern, address: ${modern?.user}, flow: token, tokenFile: modern.token }
`,
    );
    await dovecot.deliver(good.user, mail('one'));
    await dovecot.deliver(good.user, mail('two'));
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it('tells a wrong password and an expired token apart, each with its remedy, and the good mailboxes still pass', async () => {
    const { code, stdout, stderr } = await runCommand(['test', 'incoming', '--json'], { cwd, env });
    const { mailboxes } = JSON.parse(stdout) as Tested;
    expect(mailboxes.map(({ mailbox, result, unread, error }) => [mailbox, result, unread ?? error?.code])).toEqual([
      ['good', 'passed', 2],
      ['mistyped', 'failed', 'auth.rejected'],
      ['expired', 'failed', 'auth.interaction-required'],
      ['modern', 'passed', 0],
    ]);
    const remedies = mailboxes.flatMap(({ error }) => (error ? [error.remedy?.text ?? ''] : []));
    expect(new Set(remedies).size).toBe(2);
    expect(remedies).not.toContain('');
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain(env.WRONG_PASSWORD);
    expect(stdout + stderr).not.toContain(token);
  });

  it('says for people how many unread emails there are, and leaves them unread', async () => {
    const { code, stdout } = await runCommand(['test', 'incoming', 'good'], { cwd, env });
    expect(stdout).toContain('Success! Number of unread emails: 2');
    expect(code).toBe(0);
    expect((await dovecot.messages(good.user)).flatMap(({ flags }) => flags)).toEqual([]);
  });

  it('sends by password and by token, and the mail arrives', async () => {
    const { user } = await dovecot.createUser(freshName('reader'));
    for (const mailbox of ['good', 'modern']) {
      const sent = await runCommand(['send', mailbox, '--to', user, '--subject', `from ${mailbox}`, '--text', 'Hello'], { cwd, env });
      expect(sent).toMatchObject({ code: 0 });
    }
    while ((await postfix.queueLength()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    const subjects = (await dovecot.messages(user)).map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw.toString())?.[1]);
    expect(new Set(subjects)).toEqual(new Set(['from good', 'from modern']));
    expect(subjects).toHaveLength(2);
  });
});
