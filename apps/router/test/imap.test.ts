import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalImapServer, makeLocalCertificate, startImapServer } from '@signalbox/local-servers';
import { EXIT, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const PASSWORD = 'correct-horse';
const mail = (subject: string): Buffer => Buffer.from(`From: ada@example.com\r\nTo: sales@contoso.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.com>\r\n\r\nHi\r\n`);

describe('against IMAP servers with certificates of a private authority', () => {
  let sales: LocalImapServer;
  let support: LocalImapServer;
  let workspace: Awaited<ReturnType<typeof withConfig>>;

  beforeAll(async () => {
    const certificate = await makeLocalCertificate();
    sales = await startImapServer({ username: 'sales@contoso.example', password: PASSWORD, certificate });
    support = await startImapServer({ username: 'support@contoso.example', token: 'fresh-token', certificate });
    const server = ({ port }: LocalImapServer, ca = ', ca: ca.pem'): string => `servers: { imap: { host: 127.0.0.1, port: ${port}, tls: implicit${ca} } }`;
    const yaml = `version: 1
organization: contoso
mailboxes:
  - { id: sales, address: sales@contoso.example, receive: basic, password: '\${env:PASSWORD}', ${server(sales)} }
  - { id: mistyped, address: mistyped@contoso.example, username: sales@contoso.example, receive: basic, password: '\${env:MISTYPED}', ${server(sales)} }
  - { id: support, address: support@contoso.example, receive: token, tokenFile: good.token, ${server(support)} }
  - { id: stale, address: stale@contoso.example, username: support@contoso.example, receive: token, tokenFile: stale.token, ${server(support)} }
  - { id: untrusted, address: untrusted@contoso.example, username: sales@contoso.example, receive: basic, password: '\${env:PASSWORD}', ${server(sales, '')} }
  - { id: nowhere, address: nowhere@contoso.example, username: sales@contoso.example, receive: basic, password: '\${env:PASSWORD}', servers: { imap: { host: 127.0.0.1, port: 1, tls: implicit } } }
`;
    workspace = await withConfig(yaml, { 'ca.pem': certificate.certificate, 'good.token': 'fresh-token', 'stale.token': 'stale-token' });
  });
  afterAll(async () => {
    await workspace[Symbol.asyncDispose]();
    await sales[Symbol.asyncDispose]();
    await support[Symbol.asyncDispose]();
  });
  const env = { PASSWORD, MISTYPED: 'battery-staple' };
  const settings = (): { cwd: string; env: typeof env } => ({ cwd: workspace.folder, env });

  it('tells a wrong password, an expired token, a strange certificate and a closed port apart, and the good mailboxes pass', async () => {
    sales.deliver(mail('one'));
    sales.deliver(mail('two'));
    sales.deliver(mail('read'), { flags: [String.raw`\Seen`] });
    const { code, stdout } = await signalbox(['test', 'incoming', '--json'], settings());
    expect(code).toBe(EXIT.failed);
    const { mailboxes } = JSON.parse(stdout) as { mailboxes: readonly { mailbox: string; result: string; unread?: number; error?: { code: string; remedy?: { text: string } } }[] };
    expect(mailboxes.map(({ mailbox, result, unread, error }) => [mailbox, result, unread ?? error?.code])).toEqual([
      ['sales', 'passed', 2],
      ['mistyped', 'failed', 'auth.rejected'],
      ['support', 'passed', 0],
      ['stale', 'failed', 'auth.interaction-required'],
      ['untrusted', 'failed', 'tls.failed'],
      ['nowhere', 'failed', 'unavailable'],
    ]);
    const remedies = mailboxes.flatMap(({ error }) => (error ? [error.remedy?.text] : []));
    expect(remedies).not.toContain(undefined);
    expect(stdout).not.toMatch(/battery-staple|stale-token/);
    expect(sales.messages().filter(({ flags }) => !flags.includes(String.raw`\Seen`))).toHaveLength(2);
  });

  it('shows mail as it arrives, by push', async () => {
    const stop = new AbortController();
    const delivering = setInterval(() => sales.deliver(mail('fresh')), 200);
    const { code, stdout } = await signalbox(['watch', 'sales'], {
      ...settings(),
      signal: stop.signal,
      onOutput: (stdout) => {
        if (stdout.includes('fresh')) stop.abort();
      },
    });
    clearInterval(delivering);
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/sales {2}basic {2}ada@example\.com +fresh/);
    expect(stdout).not.toContain('one');
  });

  it('lists the folders with their roles', async () => {
    const { stdout } = await signalbox(['folders', 'sales', '--json'], settings());
    const { folders } = JSON.parse(stdout) as { folders: readonly { path: string[]; role?: string }[] };
    expect(folders.map(({ path, role }) => [path.join('/'), role])).toEqual(expect.arrayContaining([['INBOX', 'inbox'], ['Sent Items', 'sent'], ['Deleted Items', 'trash']]));
  });
});
