import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalSmtpServer, makeLocalCertificate, startSmtpServer } from '@signalbox/local-servers';
import { EXIT, signalbox } from './io.ts';
import { withConfig } from './workspace.ts';

const SALES = 'sales@contoso.example';
const SUPPORT = 'support@contoso.example';

describe('against a submission server with a certificate of a private authority', () => {
  let smtp: LocalSmtpServer;
  let workspace: Awaited<ReturnType<typeof withConfig>>;
  const env = { PASSWORD: 'correct-horse', MISTYPED: 'battery-staple' };
  const settings = (): { cwd: string; env: typeof env } => ({ cwd: workspace.folder, env });

  beforeAll(async () => {
    const certificate = await makeLocalCertificate();
    smtp = await startSmtpServer({
      certificate,
      tls: 'starttls',
      accounts: [
        { username: SALES, password: env.PASSWORD },
        { username: SUPPORT, token: 'fresh-token' },
      ],
      refuses: ['nobody@example.com'],
    });
    const yaml = `version: 1
organization: contoso
servers: { smtp: { host: 127.0.0.1, port: ${smtp.port}, tls: starttls, ca: ca.pem } }
mailboxes:
  - { id: sales, address: ${SALES}, send: basic, password: '\${env:PASSWORD}' }
  - { id: support, address: ${SUPPORT}, send: token, tokenFile: support.token }
  - { id: mistyped, address: m@contoso.example, username: ${SALES}, send: basic, password: '\${env:MISTYPED}' }
`;
    workspace = await withConfig(yaml, { 'ca.pem': certificate.certificate, 'support.token': 'fresh-token' });
  });
  afterAll(async () => {
    await workspace[Symbol.asyncDispose]();
    await smtp[Symbol.asyncDispose]();
  });

  it.each([
    ['sales', SALES],
    ['support', SUPPORT],
  ])('tests the outgoing mail of %s and shows what the server answered', async (mailbox, address) => {
    const before = smtp.messages.length;
    const { code, stdout } = await signalbox(['test', 'outgoing', mailbox, '--to', 'me@example.com'], settings());
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain('queued as');
    const taken = smtp.messages.slice(before);
    expect(taken.map(({ username, mailFrom, rcptTo }) => ({ username, mailFrom, rcptTo }))).toEqual([{ username: address, mailFrom: address, rcptTo: ['me@example.com'] }]);
    expect(taken[0]?.raw.toString()).toContain(`Subject: Signalbox test: outgoing mail of ${mailbox}`);
  });

  it('sends what it is given', async () => {
    const { code, stdout } = await signalbox(['send', 'sales', '--to', 'a@example.com', '--cc', 'b@example.com', '-s', 'Grüße', '--text', 'Hi', '--json'], settings());
    expect(code).toBe(EXIT.ok);
    const { messageId } = JSON.parse(stdout) as { messageId: string };
    const taken = smtp.messages.at(-1);
    expect(taken?.rcptTo).toEqual(['a@example.com', 'b@example.com']);
    expect(taken?.raw.toString()).toContain(`Message-ID: <${messageId}>`);
  });

  it('tells a wrong password by its own code and remedy, and sends nothing', async () => {
    const before = smtp.messages.length;
    const { code, stdout } = await signalbox(['send', 'mistyped', '--to', 'a@example.com', '--text', 'Hi', '--json'], settings());
    expect(code).toBe(EXIT.failed);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'auth.rejected', remedy: { who: expect.any(String), text: expect.any(String) } } });
    expect(smtp.messages).toHaveLength(before);
  });

  it('names the recipient that was refused, although others were accepted', async () => {
    const { code, stderr } = await signalbox(['send', 'sales', '--to', 'a@example.com,nobody@example.com', '--text', 'Hi'], settings());
    expect(code).toBe(EXIT.failed);
    expect(stderr).toContain('nobody@example.com');
    expect(stderr).toMatch(/550/);
  });

  it('refuses to receive for a mailbox that only sends, as a mistake of the caller', async () => {
    const { code, stderr } = await signalbox(['folders', 'sales'], settings());
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('not configured to receive');
  });
});
