import { inspect } from 'node:util';
import { resolve } from 'node:path';
import { isMailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { ConfigError, isConfigError } from '../src/index.ts';
import { loadText, problemsOf } from './support.ts';

const FULL = `version: 1
organization: contoso
entra:
  tenant: contoso.onmicrosoft.com
  clientId: 00000000-0000-0000-0000-000000000001
  clientSecret: \${env:ENTRA_CLIENT_SECRET}
servers:
  imap: { host: outlook.office365.com, port: 993, tls: implicit }
  smtp: { host: smtp.office365.com, port: 587, tls: starttls }
outgoing: { mode: client, from: contact@contoso.com, bcc: archive@contoso.com, unproven: resend }
plugins: []
mailboxes:
  - { id: sales,   address: sales@contoso.com,   flow: o365-client-credentials, endpoint: 200 }
  - { id: support, address: support@contoso.com, flow: o365-on-behalf-of, endpoint: 201 }
  - { id: scanner, address: scan@contoso.com, receive: basic, send: o365-client-credentials, endpoint: 300, faxesOnly: true,
      servers: { imap: { host: mail.contoso.example, port: 993, tls: implicit } }, password: '\${file:/run/secrets/scan}' }
`;
const WORLD = { env: { ENTRA_CLIENT_SECRET: 'entra-s3cret' }, files: { '/run/secrets/scan': 'scan-s3cret\r\n' } };

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const small = (mailbox: string, rest = ''): string => `version: 1\norganization: contoso\n${rest}mailboxes:\n  - ${mailbox}\n`;

describe('a valid configuration', () => {
  it('is completed with what the file leaves out', async () => {
    const config = await loadText(FULL, WORLD);
    expect(config.warnings).toEqual([]);
    expect(config.entra['default']?.clientSecret?.reveal()).toBe('entra-s3cret');
    expect(config.outgoing).toEqual({ mode: 'client', from: 'contact@contoso.com', bcc: ['archive@contoso.com'], unproven: 'resend' });
    expect(config.mailboxes.map(({ id, receive, send, endpoint, faxesOnly }) => ({ id, receive, send, endpoint, faxesOnly }))).toEqual([
      { id: 'sales', receive: 'o365-client-credentials', send: 'o365-client-credentials', endpoint: '200', faxesOnly: false },
      { id: 'support', receive: 'o365-on-behalf-of', send: 'o365-on-behalf-of', endpoint: '201', faxesOnly: false },
      { id: 'scanner', receive: 'basic', send: 'o365-client-credentials', endpoint: '300', faxesOnly: true },
    ]);
    expect(config.mailboxes[2]?.password?.reveal()).toBe('scan-s3cret');
    expect(config.mailboxes[0]).toMatchObject({ folders: [{ role: 'inbox' }], onAck: { do: 'nothing' }, backlog: { kind: 'from-now' } });
  });

  it('never prints a secret, however it is printed', async () => {
    const config = await loadText(FULL, WORLD);
    expect(inspect(config, { depth: 20, showHidden: true }) + JSON.stringify(config)).not.toMatch(/s3cret/);
  });

  it('takes folders, actions and backlog in their short and long forms', async () => {
    const { mailboxes } = await loadText(
      small('{ id: a, address: a@b.c, receive: basic, folders: [Inbox, Archive/2026, { role: junk }], onAck: { move: archive }, backlog: { since: 2026-11-01 }, concurrency: 3 }'),
    );
    expect(mailboxes[0]).toMatchObject({
      folders: [{ role: 'inbox' }, { path: ['Archive', '2026'] }, { role: 'junk' }],
      onAck: { do: 'move', to: { role: 'archive' } },
      backlog: { kind: 'since', date: new Date('2026-11-01') },
      concurrency: 3,
    });
    expect(mailboxes[0]).not.toHaveProperty('send');
  });

  it('applies default flows only to mailboxes that name none', async () => {
    const { mailboxes } = await loadText(`${small('{ id: a, address: a@b.c }', 'defaults: { flow: basic, onAck: mark-read }\n')}  - { id: b, address: b@b.c, receive: cloud }\n`);
    expect(mailboxes[0]).toMatchObject({ receive: 'basic', send: 'basic', onAck: { do: 'mark-read' } });
    expect(mailboxes[1]).toMatchObject({ receive: 'cloud', onAck: { do: 'mark-read' } });
    expect(mailboxes[1]).not.toHaveProperty('send');
  });

  it('takes several tenants by name', async () => {
    const { entra } = await loadText(small('{ id: a, address: a@b.c, flow: x, tenant: two }', 'entra:\n  one: { tenant: one.example, clientId: "1" }\n  two: { tenant: two.example, clientId: "2" }\n'));
    expect(Object.entries(entra).map(([name, { tenant }]) => [name, tenant])).toEqual([['one', 'one.example'], ['two', 'two.example']]);
  });

  it('receives the calls of servers on this machine alone, where it says only what is called', async () => {
    const load = async (section: string) => (await loadText(small('{ id: a, address: a@b.c, flow: x }', section))).notifications;
    expect(await load('')).toBeUndefined();
    expect(await load('notifications: { publicUrl: "https://mail.b.c/signalbox/" }\n')).toEqual({ publicUrl: 'https://mail.b.c/signalbox', listen: { host: '127.0.0.1', port: 8085 } });
    expect(await load('notifications: { publicUrl: "https://mail.b.c", listen: { host: "[::]", port: 9000 } }\n')).toEqual({ publicUrl: 'https://mail.b.c', listen: { host: '::', port: 9000 } });
  });

  it.each(['https://localhost:8085', 'https://127.0.0.1/x', 'https://[::1]/'])('warns that nobody elsewhere can call %s', async (publicUrl) => {
    const { warnings } = await loadText(small('{ id: a, address: a@b.c, flow: x }', `notifications: { publicUrl: "${publicUrl}" }\n`));
    expect(warnings).toMatchObject([{ path: 'notifications.publicUrl', line: 3, remedy: expect.stringContaining('reached from outside') }]);
  });

  it('expands anchors and merge keys', async () => {
    const { servers } = await loadText(small('{ id: a, address: a@b.c, flow: x }', 'servers:\n  imap: &s { host: mail.b.c, port: 993 }\n  smtp: { <<: *s, port: 465 }\n'));
    expect(servers['smtp']).toEqual({ host: 'mail.b.c', port: 465 });
  });
});

describe('references', () => {
  it('resolve to text where no secret is expected, and to a number where one is', async () => {
    const { servers } = await loadText(small('{ id: a, address: a@b.c, flow: x }', 'servers: { imap: { host: "imap.${env:DOMAIN}", port: "${env:PORT}" } }\n'), { env: { DOMAIN: 'b.c', PORT: '1993' } });
    expect(servers['imap']).toEqual({ host: 'imap.b.c', port: 1993 });
  });

  it('to files start from the folder of the configuration', async () => {
    const { mailboxes } = await loadText(small('{ id: a, address: a@b.c, flow: x, password: "${file:secrets/a}", tokenFile: tokens/a }').replace(', tokenFile: tokens/a', ''), { files: { '/etc/signalbox/secrets/a': 'pw\n\n' } });
    expect(mailboxes[0]?.password?.reveal()).toBe('pw\n');
    const other = await loadText(small('{ id: a, address: a@b.c, flow: x, tokenFile: tokens/a }'));
    expect(other.mailboxes[0]?.tokenFile).toBe(resolve('/etc/signalbox/tokens/a'));
  });

  it('make secrets of secret fields also in the settings of unknown plugins', async () => {
    const { auth } = await loadText(small('{ id: a, address: a@b.c, flow: x }', 'auth: { acme: { apiKey: "${env:KEY}", tenant: "${env:NAME}" } }\n'), { env: { KEY: 'k', NAME: 'acme' } });
    expect(String(auth['acme']?.['apiKey'])).toBe('[secret]');
    expect(auth['acme']?.['tenant']).toBe('acme');
  });

  it.each([
    ['${env:NOWHERE}', 'The environment variable NOWHERE is not set.'],
    ['${env:EMPTY}', 'The environment variable EMPTY is empty.'],
    ['${file:/run/none}', `The file ${resolve('/run/none')} does not exist.`],
    ['${vault:x}', 'The text holds "${" without being a reference.'],
    ['abc${env:X', 'The text holds "${" without being a reference.'],
  ])('to what is not there are told with their place: %s', async (reference, message) => {
    const problems = await problemsOf(small(`{ id: a, address: a@b.c, flow: x, password: '${reference}' }`), { env: { EMPTY: '' } });
    expect(problems).toEqual([{ path: 'mailboxes[0].password', message, remedy: expect.stringMatching(/./) as string, line: 4, column: 39, severity: 'error' }]);
  });

  it('read certificates from the files that are named', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    const text = small('{ id: a, address: a@b.c, flow: x }', 'servers: { imap: { host: b.c, ca: ca.pem } }\nnetwork: { ca: [other.pem] }\n');
    const config = await loadText(text, { files: { '/etc/signalbox/ca.pem': pem, '/etc/signalbox/other.pem': pem } });
    expect(config.servers['imap']?.ca).toEqual([pem.trimEnd()]);
    expect(config.network.ca).toEqual([pem.trimEnd()]);
    const problems = await problemsOf(text, { files: { '/etc/signalbox/ca.pem': 'DER' } });
    expect(problems.map(({ path }) => path)).toEqual(['servers.imap.ca', 'network.ca[0]']);
  });
});

describe('certificates', () => {
  it('of an application may lie in a PKCS #12 file, which is left to the plugin to read', async () => {
    const { entra } = await loadText(small('{ id: a, address: a@b.c, flow: x }', 'entra: { tenant: t, clientId: c, certificate: { pfxFile: app.pfx, passphrase: "${file:pass}" } }\n'), { files: { '/etc/signalbox/pass': 'sesame' } });
    expect(entra['default']?.certificate).toMatchObject({ pfxFile: '/etc/signalbox/app.pfx' });
    expect(entra['default']?.certificate?.passphrase?.reveal()).toBe('sesame');
  });

  it('of an application and of a client are read, and those of a plugin are left to it', async () => {
    const [pem, key] = ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----'];
    const config = await loadText(
      small(
        '{ id: a, address: a@b.c, flow: x, tenant: auth, network: { ca: a.pem } }',
        `entra: { auth: { tenant: t, clientId: c, certificate: { certificate: a.pem, privateKey: "\${file:a.key}" } } }
network: { clientCertificate: { certificate: a.pem, key: "\${file:a.key}" } }
servers: { ews: { ca: a.pem, inner: { ca: theirs.pem } } }
auth: { acme: { certificate: theirs.pem } }
`,
      ),
      { files: { '/etc/signalbox/a.pem': pem, '/etc/signalbox/a.key': key } },
    );
    const { certificate } = config.entra['auth'] ?? {};
    expect(certificate).toMatchObject({ certificate: pem });
    expect(certificate && 'privateKey' in certificate && certificate.privateKey.reveal()).toBe(key);
    expect(config.network.clientCertificate?.certificate).toBe(pem);
    expect(config.mailboxes[0]?.network?.ca).toEqual([pem]);
    expect(config.servers['ews']).toEqual({ ca: [pem], inner: { ca: 'theirs.pem' } });
    expect(config.auth['acme']).toEqual({ certificate: 'theirs.pem' });
  });
});

describe('warnings', () => {
  it('tell a secret in clear text by its place and not by its text', async () => {
    const { warnings, mailboxes } = await loadText(small('{ id: a, address: a@b.c, flow: x, password: hunter2 }'));
    expect(mailboxes[0]?.password?.reveal()).toBe('hunter2');
    expect(warnings).toMatchObject([{ path: 'mailboxes[0].password', severity: 'warning', line: 4 }]);
    expect(JSON.stringify(warnings)).not.toContain('hunter2');
  });

  it.each([
    ['servers: { smtp: { host: b.c, port: 587, tls: implicit } }\n', 'servers.smtp.tls'],
    ['servers: { smtp: { host: b.c, port: 465, tls: starttls } }\n', 'servers.smtp.tls'],
    ['servers: { imap: { host: b.c, port: 993, tls: starttls } }\n', 'servers.imap.tls'],
  ])('tell of TLS that does not fit the port: %s', async (servers, path) => {
    const { warnings } = await loadText(small('{ id: a, address: a@b.c, flow: x }', servers));
    expect(warnings.map((warning) => warning.path)).toEqual([path]);
  });

  it('see the port of the organisation behind the TLS of a mailbox', async () => {
    const { warnings } = await loadText(small('{ id: a, address: a@b.c, flow: x, servers: { imap: { tls: starttls } } }', 'servers: { imap: { host: b.c, port: 993 } }\n'));
    expect(warnings.map((warning) => warning.path)).toEqual(['mailboxes[0].servers.imap.tls']);
  });
});

describe('a refused configuration', () => {
  it('tells all its problems at once, in the order of the file', async () => {
    const problems = await problemsOf(`version: 2
organisation: contoso
servers: { imap: { host: 'http://x', port: 99999, tls: implict } }
mailboxes:
  - { id: Sales, address: sales@contoso.com }
  - { id: sales, address: Sales@contoso.com, flow: x, backlog: everthing, pasword: geheim }
`);
    expect(problems.map(({ path, line, column }) => `${line}:${column} ${path}`)).toEqual([
      '1:1 version',
      '1:1 organization',
      '2:1 organisation',
      '3:20 servers.imap.host',
      '3:38 servers.imap.port',
      '3:51 servers.imap.tls',
      '5:5 mailboxes[0]',
      '6:7 mailboxes[1].id',
      '6:18 mailboxes[1].address',
      '6:55 mailboxes[1].backlog',
      '6:75 mailboxes[1].pasword',
    ]);
    expect(problems[2]?.message).toBe('There is no setting "organisation" here. Did you mean "organization"?');
    expect(problems[5]?.message).toBe('Expected one of implicit, starttls, found "implict". Did you mean "implicit"?');
  });

  it.each([
    ['', 1, 'The file is empty'],
    ['# nothing\n', 1, 'The file is empty'],
    ['a: [1', 1, 'a bracket is not closed'],
    ['version: 1\nversion: 1\n', 2, 'The key "version" is given twice'],
    ['a: 1\n---\nb: 1\n', 2, 'more than one YAML document'],
    ['a: \uFFFD\n', 1, 'not UTF-8'],
    ['a: b\u0000\n', 1, 'not UTF-8'],
    ['a: *nowhere\n', 1, 'not set before it'],
    ['a: !!binary x\n', 1, 'a tag'],
    ['\ta: 1\n', 1, 'A tab'],
    ['? [a]\n: b\n', 1, 'A key is a list or a map'],
  ])('says what keeps it from being read: %j', async (text, line, message) => {
    const problems = await problemsOf(text);
    expect(problems[0]).toMatchObject({ path: '(file)', line, message: expect.stringContaining(message) as string });
  });

  it('survives alias bombs, values that contain themselves, and endless nesting', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${NAMES.slice(1).map((name, index) => `${name}: &${name} [${`*${NAMES[index]},`.repeat(9)}]`).join('\n')}\n`;
    expect((await problemsOf(bomb))[0]).toMatchObject({ path: '(file)', message: expect.stringContaining('Aliases expand') as string, line: 2 });
    expect((await problemsOf('servers: &a { imap: *a }\n')).map(({ path }) => path)).toContain('servers.imap');
    expect((await problemsOf('['.repeat(100_000)))[0]?.path).toBe('(file)');
    expect((await problemsOf(`a: ${'['.repeat(200)}${']'.repeat(200)}\n`)).length).toBeGreaterThan(0);
  });

  it('keeps secrets out of its problems, also when they are of the wrong type or in the wrong place', async () => {
    const text = small('{ id: a, address: a@b.c, flow: x, password: { nested: hunter2 }, token: [hunter2] }', 'entra: hunter2\nnetwork: { proxy: "ftp://u:hunter2@p" }\n');
    const error = await loadText(text).catch((reason: unknown) => reason);
    expect(isConfigError(error) && isMailError(error)).toBe(true);
    expect(inspect(error, { depth: 20 }) + JSON.stringify(error)).not.toContain('hunter2');
    expect((error as ConfigError).problems).toHaveLength(4);
  });

  it.each(['http://mail.b.c/x', 'mail.b.c', 'https://mail.b.c/x?key=hunter2', 'https://mail.b.c/x#', 'https://u:hunter2@mail.b.c'])('names the place and the remedy of %s as an address to be called at, without showing it', async (publicUrl) => {
    const problems = await problemsOf(small('{ id: a, address: a@b.c, flow: x }', `notifications:\n  publicUrl: "${publicUrl}"\n`));
    expect(problems).toMatchObject([{ path: 'notifications.publicUrl', line: 4, message: expect.stringContaining('https:// and has no user name, query or fragment'), remedy: expect.stringContaining('https://mail.contoso.com/signalbox') }]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it.each([
    ['{ id: a, address: a@b.c, flow: x, tenant: nope }', 'mailboxes[0].tenant'],
    ['{ id: a, address: a@b.c, flow: x, token: t, tokenFile: f }', 'mailboxes[0].tokenFile'],
    ['{ id: a, address: "A <a@b.c>", flow: x }', 'mailboxes[0].address'],
    ['{ id: a, address: a@b..c, flow: x }', 'mailboxes[0].address'],
    ['{ id: "a b", address: a@b.c, flow: x }', 'mailboxes[0].id'],
    ['{ id: a, address: a@b.c }', 'mailboxes[0]'],
    ['{ id: a, address: a@b.c, flow: x, onAck: { move: / } }', 'mailboxes[0].onAck.move'],
    ['{ id: a, address: a@b.c, flow: x, backlog: { since: yesterday } }', 'mailboxes[0].backlog.since'],
    ['just text', 'mailboxes[0]'],
  ])('names the mailbox setting that is wrong: %s', async (mailbox, path) => {
    expect((await problemsOf(small(mailbox))).map((problem) => problem.path)).toEqual([path]);
  });

  it('wants a relay where the mode is relay, and one kind of credential per application', async () => {
    const problems = await problemsOf(small('{ id: a, address: a@b.c, flow: x }', 'outgoing: { mode: relay }\nentra: { tenant: t, clientId: c, clientSecret: "${env:S}", managedIdentity: {} }\n'), { env: { S: 'xxxx' } });
    expect(problems.map(({ path }) => path)).toEqual(['outgoing.mode', 'entra.managedIdentity']);
  });
});

describe('the network', () => {
  const mailbox = '{ id: a, address: a@b.c, flow: x }';

  it('takes the proxy of the environment unless the file says otherwise', async () => {
    const env = { HTTPS_PROXY: 'http://p.b.c:3128', NO_PROXY: 'localhost, .internal' };
    expect((await loadText(small(mailbox), { env })).network).toMatchObject({ proxy: 'http://p.b.c:3128', noProxy: ['localhost', '.internal'] });
    expect((await loadText(small(mailbox, 'network: { proxy: "socks5://q:1" }\n'), { env })).network.proxy).toBe('socks5://q:1');
    expect((await loadText(small(mailbox, 'network: { proxy: direct }\n'), { env })).network).not.toHaveProperty('proxy');
  });

  it('refuses a proxy of the environment that is none, without quoting it', async () => {
    const problems = await problemsOf(small(mailbox), { env: { HTTPS_PROXY: 'user:pa55word@nowhere' } });
    expect(problems).toMatchObject([{ path: 'network.proxy', line: 1, column: 1 }]);
    expect(JSON.stringify(problems)).not.toContain('pa55word');
  });
});
