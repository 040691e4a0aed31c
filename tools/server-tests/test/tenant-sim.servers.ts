import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { keptSource, startTenant, type Tenant } from '@signalbox/tenant-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIALOGUE, normalise, RawImapClient } from '../src/dialogue/index.ts';
import { freshName } from '../src/worlds/issuers.ts';
import { lab } from './lab.ts';

const SALES = 'sales@contoso.test';
const PASSWORD = 'sales-password';

const { dovecot } = lab;
if (!dovecot) throw new Error('The lab runs without Dovecot.');

const openTenant = (): Promise<Tenant> => startTenant({ doors: ['imap'], mime: 'kept' });
const letter = (subject: string): string => `From: ada@example.org\r\nMessage-ID: <${subject}@example.org>\r\nSubject: ${subject}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nText of ${subject}\r\n`;

describe('the IMAP door of the simulated tenant', () => {
  it('answers as Dovecot does, command by command, but for what is listed with its reason', async () => {
    await using tenant = await openTenant();
    const account = await dovecot.createUser(freshName('compare'));
    await using theirs = await RawImapClient.open({ port: dovecot.imapsPort, ca: lab.ca, ...account });
    await using ours = await RawImapClient.open({ port: tenant.doors.imap!.port, ca: tenant.certificates.ca, user: SALES, password: PASSWORD });
    const healed: string[] = [];
    for (const { command, differs } of DIALOGUE) {
      const [expected, answer] = [normalise(await theirs.run(command)), normalise(await ours.run(command))];
      expect([command, answer]).toEqual([command, differs?.answer ?? expected]);
      if (differs && isDeepStrictEqual(answer, expected)) healed.push(command);
    }
    // A difference that is none any more must leave the list.
    expect(healed).toEqual([]);
    expect(DIALOGUE.length).toBeGreaterThan(160);
  });
});

describe('clients nobody here wrote', () => {
  let directory: string;
  let caFile: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'signalbox-clients-'));
    caFile = join(directory, 'ca.pem');
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('read and change mail: imaplib of Python', async () => {
    await using tenant = await openTenant();
    await tenant.certificates.writeCa(caFile);
    const { token } = await tenant.tokens.issue({ app: tenant.directory.apps()[0]!, user: tenant.directory.user(SALES)!, resource: 'exchange' });
    const script = fileURLToPath(new URL('clients/imaplib_session.py', import.meta.url));
    const { code, output } = await run('python3', [script], JSON.stringify({ port: tenant.doors.imap!.port, caFile, user: SALES, password: PASSWORD, token }));
    expect([code, output]).toEqual([0, expect.stringContaining('{')]);
    expect(JSON.parse(output.slice(output.indexOf('{')))).toEqual({
      'wrong password': "b'LOGIN failed.'",
      token: 'OK',
      capabilities: true,
      folders: ['Archive', 'Conversation History', 'Deleted Items', 'Drafts', 'INBOX', 'Junk Email', 'Outbox', 'Sent Items'],
      append: 'OK',
      select: ['OK', ['1']],
      search: '1',
      whole: true,
      'date kept': true,
      flags: ['\\Flagged', '\\Recent'],
      store: [String.raw`1 (FLAGS (\Seen \Flagged \Recent))`],
      copy: 'OK',
      create: 'OK',
      status: ['Archive (MESSAGES 1 UNSEEN 0)'],
      expunge: ['1'],
      close: 'OK',
      logout: 'BYE',
    });
    const mailbox = tenant.store.mailbox(SALES)!;
    expect(mailbox.folder('inbox')!.messages).toEqual([]);
    expect(mailbox.folders.map(({ displayName }) => displayName)).toContain('Projects & more');
  });

  it('keep a Maildir and the mailbox alike, both ways: mbsync', async () => {
    await using tenant = await openTenant();
    await tenant.certificates.writeCa(caFile);
    const mailbox = tenant.store.mailbox(SALES)!;
    for (const subject of ['one', 'two', 'three']) mailbox.append('inbox', { source: keptSource(Buffer.from(letter(subject))), isRead: subject === 'two' });
    const maildir = join(directory, 'mail');
    await mkdir(maildir);
    const config = join(directory, 'mbsyncrc');
    await writeFile(config, mbsyncConfig({ port: tenant.doors.imap!.port, caFile, maildir }));
    const sync = async (): Promise<void> => expect(await run('mbsync', ['-c', config, '-a'])).toMatchObject({ code: 0 });
    const local = async (folder = 'INBOX'): Promise<readonly string[]> => (await Promise.all(['cur', 'new'].map((state) => readdir(join(maildir, folder, state))))).flat().toSorted();

    await sync();
    expect(await local()).toHaveLength(3);
    expect((await local()).filter((name) => name.endsWith(',S'))).toHaveLength(1);

    // Their side changes: a new message, one read, one gone. Our side too: one moved away.
    await writeFile(join(maildir, 'INBOX', 'new', '1.new.host'), letter('four').replaceAll('\r\n', '\n'));
    const gone = (await Promise.all((await local()).map(async (name) => ({ name, text: await textOf(join(maildir, 'INBOX'), name) })))).find(({ text }) => text.includes('Subject: one'));
    await rm(join(maildir, 'INBOX', await stateOf(join(maildir, 'INBOX'), gone!.name), gone!.name));
    mailbox.move(mailbox.folder('inbox')!.messages.find((message) => tenant.facts.headers(message).subject === 'three')!, 'archive');
    await sync();
    const subjects = (folder: string): readonly (string | undefined)[] => mailbox.folder(folder)!.messages.map((message) => tenant.facts.headers(message).subject);
    expect([subjects('inbox'), subjects('archive')]).toEqual([['two', 'four'], ['three']]);
    expect(await local()).toHaveLength(2);
    expect(await local('Archive')).toHaveLength(1);
    await sync();
    expect([subjects('inbox'), await local()]).toEqual([['two', 'four'], expect.objectContaining({ length: 2 })]);
  });
});

async function stateOf(folder: string, name: string): Promise<'cur' | 'new'> {
  return (await readdir(join(folder, 'cur'))).includes(name) ? 'cur' : 'new';
}

const textOf = async (folder: string, name: string): Promise<string> => readFile(join(folder, await stateOf(folder, name), name), 'utf8');

const mbsyncConfig = ({ port, caFile, maildir }: { readonly port: number; readonly caFile: string; readonly maildir: string }): string => `IMAPStore far
Host localhost
Port ${port}
User ${SALES}
Pass ${PASSWORD}
SSLType IMAPS
CertificateFile ${caFile}
AuthMechs LOGIN

MaildirStore near
Path ${maildir}/
Inbox ${maildir}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX Archive
Create Both
Expunge Both
SyncState *
`;

async function run(command: string, args: readonly string[], input = ''): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(input);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return { code: await promise, output: Buffer.concat(chunks).toString() };
}
