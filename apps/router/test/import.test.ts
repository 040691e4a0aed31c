import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findCanariesIn } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { type ImportWorld, openImportWorld } from './import-world.ts';
import { EXIT } from './io.ts';

const csv = (...rows: readonly string[]): string => ['id,address,flow,refreshToken,password', ...rows, ''].join('\n');
const write = (world: ImportWorld, name: string, text: string): Promise<void> => writeFile(join(world.folder, name), text);
const imported = async (world: ImportWorld, ...argv: readonly string[]): Promise<Readonly<Record<string, unknown>>> => JSON.parse((await world.run(['import', ...argv, '--json'])).stdout) as Readonly<Record<string, unknown>>;

describe('an import', () => {
  it('adds mailboxes to the configuration and takes their sign-ins over, and no token is to be read anywhere', async () => {
    await using world = await openImportWorld();
    const [sales, support] = [await world.refreshTokenOf('sales@contoso.test'), await world.refreshTokenOf('support@contoso.test')];
    await write(world, 'old.csv', csv(`sales,sales@contoso.test,o365-on-behalf-of,${sales},`, `,support@contoso.test,,${support},`, 'shared,shared@contoso.test,o365-on-behalf-of,,'));
    const before = await world.text();
    const rehearsal = await world.run(['import', 'old.csv', '--flow', 'o365-on-behalf-of', '--dry-run']);
    expect([rehearsal.code, rehearsal.stdout]).toEqual([EXIT.ok, expect.stringMatching(/support +support@contoso\.test +o365-on-behalf-of +o365-on-behalf-of +taken over[^]*Nothing was changed/) as string]);
    expect(await world.text()).toBe(before);
    expect((await world.run(['auth', 'status', '--json'])).code).toBe(EXIT.config); // it has no mailbox yet

    const outcome = await world.run(['import', 'old.csv', '--flow', 'o365-on-behalf-of', '--since', '2026-11-25T09:45:00Z', '--verbose']);
    expect([outcome.code, outcome.stdout]).toEqual([EXIT.ok, expect.stringMatching(/shared +shared@contoso\.test .* somebody has to sign in[^]*3 mailboxes imported/) as string]);
    expect((await world.text()).replace(before, '')).toBe(
      ['sales', 'support', 'shared'].map((id) => `  - { id: ${id}, address: ${id}@contoso.test, flow: o365-on-behalf-of, backlog: { since: 2026-11-25T09:45:00.000Z } }\n`).join('').replace(/^/, 'mailboxes:\n'),
    );
    const status = JSON.parse((await world.run(['auth', 'status', '--json'])).stdout) as { readonly mailboxes: readonly { readonly credentials: readonly { readonly state: string }[] }[] };
    expect(status.mailboxes.map(({ credentials }) => credentials[0]?.state)).toEqual(['ready', 'ready', 'action-required']);
    expect((await world.run(['test', 'incoming', 'sales', 'support'])).code).toBe(EXIT.ok);
    await writeFile(join(world.folder, 'old.csv'), '');
    await write(world, 'printed', rehearsal.stdout + rehearsal.stderr + outcome.stdout + outcome.stderr);
    expect(await findCanariesIn(world.folder, [sales, support])).toEqual([]);
  });

  it('names every bad row with line, column and remedy, and then nothing is done', async () => {
    await using world = await openImportWorld();
    const before = await world.text();
    await write(world, 'old.csv', csv('sales,sales@contoso.test,o365-on-behalf-of,canary-that-is-no-token,', '# a remark', 'two,not an address,basic,,', 'three,three@contoso.test,no-such-flow,,', 'sales,other@contoso.test,basic,,secret-in-clear-text'));
    const first = await imported(world, 'old.csv');
    expect(first).toMatchObject({ ok: false, problems: [{ line: 6, field: 'id' }, { line: 6, field: 'password', remedy: expect.stringContaining('--secrets') as string }] });
    await write(world, 'old.csv', csv('sales,sales@contoso.test,o365-on-behalf-of,canary-that-is-no-token,', 'two,not an address,basic,,'));
    expect(await imported(world, 'old.csv')).toMatchObject({ ok: false, problems: [{ line: 3, field: 'address', message: expect.stringContaining('email address') as string }] });
    await write(world, 'old.csv', csv('sales,sales@contoso.test,o365-on-behalf-of,canary-that-is-no-token,', 'three,three@contoso.test,no-such-flow,,'));
    expect(await imported(world, 'old.csv')).toMatchObject({ ok: false, problems: [{ line: 3, field: 'flow' }] });
    await write(world, 'old.csv', csv(`support,support@contoso.test,o365-on-behalf-of,${await world.refreshTokenOf('support@contoso.test')},`, 'sales,sales@contoso.test,o365-on-behalf-of,canary-that-is-no-token,'));
    const refused = await world.run(['import', 'old.csv']);
    expect([refused.code, refused.stderr]).toEqual([EXIT.failed, expect.stringMatching(/Nothing was imported: 1 problem[^]*old\.csv:3[^]*refreshToken[^]*"clientId"/) as string]);
    expect(refused.stderr).not.toContain('canary');
    expect(await world.text()).toBe(before);
    expect((await world.run(['import', 'nowhere.csv'])).code).toBe(EXIT.usage);
  });

  it('puts passwords into files for the owner alone, and refers to them', async () => {
    await using world = await openImportWorld();
    const { password } = world.tenant.directory.user('sales@contoso.test')!;
    await write(world, 'old.json', JSON.stringify([{ address: 'sales@contoso.test', receive: 'basic', password }, { id: 'robot', address: 'robot@contoso.test', flow: 'basic', password: '${env:PATH}', smtpPort: 2525 }]));
    expect(await imported(world, 'old.json', '--secrets', 'secrets')).toMatchObject({ ok: true, mailboxes: [{ mailbox: 'sales', signIn: 'none' }, { mailbox: 'robot' }] });
    const file = join(world.folder, 'secrets', 'sales');
    expect([await readFile(file, 'utf8'), ((await stat(file)).mode & 0o777).toString(8)]).toEqual([password, '600']);
    expect(await world.text()).toContain('password: "${file:secrets/sales}"');
    expect(await world.text()).toContain('servers: { smtp: { port: 2525 } }');
    expect((await world.run(['test', 'incoming', 'sales'])).code).toBe(EXIT.ok);
  });

  it('takes back what it has written when the last step fails', async () => {
    await using world = await openImportWorld();
    const token = await world.refreshTokenOf('sales@contoso.test');
    await write(world, 'old.json', JSON.stringify([{ address: 'sales@contoso.test', flow: 'o365-on-behalf-of', refreshToken: token }, { address: 'robot@contoso.test', flow: 'basic', password: 'a-password' }, { address: 'more@contoso.test', flow: 'basic', password: 'another-one' }]));
    await mkdir(join(world.folder, 'secrets'));
    await write(world, 'secrets/more', 'somebody else\'s');
    const before = await world.text();
    const outcome = await world.run(['import', 'old.json', '--secrets', 'secrets']);
    expect([outcome.code, outcome.stderr]).toEqual([EXIT.usage, expect.stringContaining('There is a file for the secret') as string]);
    expect([await world.text(), await readdir(join(world.folder, 'secrets'))]).toEqual([before, ['more']]);
    await write(world, 'signalbox.yaml', `${before}mailboxes:\n  - { id: sales, address: sales@contoso.test, flow: o365-on-behalf-of }\n`);
    expect(JSON.parse((await world.run(['auth', 'status', '--json'])).stdout)).toMatchObject({ mailboxes: [{ credentials: [{ state: 'action-required' }] }] });
    expect(await imported(world, 'old.json', '--secrets', 'elsewhere')).toMatchObject({ ok: false, problems: [{ line: 1, field: 'id' }, { line: 1, field: 'address' }] });
  });

  it('reads what EmailEngine exports, one account in a line', async () => {
    await using world = await openImportWorld();
    const token = await world.refreshTokenOf('sales@contoso.test');
    const account = { account: 'user 1', name: 'Sales', state: 'connected', email: 'sales@contoso.test', oauth2: { provider: 'outlook', auth: { user: 'sales@contoso.test' }, accessToken: 'EwB-access', refreshToken: token, expires: '2026-11-25T12:00:00.000Z' }, path: '*', counters: {} };
    const shared = { account: 'shared', email: 'ignored@contoso.test', oauth2: { provider: 'outlook', auth: { user: 'sales@contoso.test', delegatedUser: 'shared@contoso.test' }, refreshToken: token } };
    const plain = { account: 'robot', email: 'robot@contoso.test', imap: { host: 'mail.contoso.test', port: 993, secure: true, auth: { user: 'robot', pass: 'a-password' } }, smtp: { host: 'mail.contoso.test', port: 587, secure: false, auth: { user: 'robot', pass: 'a-password' } } };
    await write(world, 'old.ndjson', [account, shared, { ...plain, receive: 'x', send: 'x' }].map((each) => JSON.stringify(each)).join('\n'));
    const outcome = await world.run(['import', 'old.ndjson', '--format', 'emailengine', '--flow', 'o365-on-behalf-of', '--secrets', 'secrets', '--json']);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ mailboxes: [{ mailbox: 'user-1', signIn: 'taken-over' }, { mailbox: 'shared', address: 'shared@contoso.test', signIn: 'taken-over' }, { mailbox: 'robot', receive: 'basic' }] });
    const text = await world.text();
    expect(text).toContain('servers: { imap: { host: mail.contoso.test, port: 993, tls: implicit }, smtp: { host: mail.contoso.test, port: 587, tls: starttls } }');
    expect(text).toContain('auth: { entra: { account: sales@contoso.test } }');
    await write(world, 'old.ndjson', JSON.stringify({ ...account, account: 'x', oauth2: { ...account.oauth2, refreshToken: '$wd01$aes-256-gcm$00$00$00$00' } }));
    expect(await imported(world, 'old.ndjson', '--format', 'emailengine')).toMatchObject({ problems: [{ field: 'refreshToken', remedy: expect.stringContaining('--service.secret') as string }] });
  });
});
