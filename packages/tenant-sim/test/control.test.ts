import { createTransport } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { connectControl } from '../src/index.ts';
import { openControlled } from './control-client.ts';
import { openImap, SALES } from './imap-client.ts';

const SUPPORT = 'support@contoso.test';
const json = (body: unknown, method = 'POST') => ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

describe('the control endpoint', () => {
  it('tells nothing but its health to whoever lacks the secret, not even what there is', async () => {
    await using open = await openControlled();
    expect(await open.ask('/health', {}, null)).toMatchObject({ status: 200, body: { ok: true } });
    for (const [path, init] of [['/faults', {}], ['/nothing', {}], ['/clock', json({ jumpMs: 1 })], ['/health', { method: 'POST' }]] as const) {
      for (const secret of [null, 'wrong', '']) {
        const { status, body, headers } = await open.ask(path, init, secret);
        expect([path, status, headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
        expect(JSON.stringify(body)).not.toContain(open.tenant.doors.control!.secret);
      }
    }
    expect(open.tenant.clock.offset).toBe(0);
    expect(await open.ask('/nothing')).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } });
  });

  it('refuses a client with another secret, and one that does not know the authority', async () => {
    await using open = await openControlled();
    const { url, secret } = open.tenant.doors.control!;
    await expect(connectControl({ url, secret: 'wrong', ca: open.tenant.certificates.ca })).rejects.toMatchObject({ name: 'ControlError', status: 401, code: 'unauthorized' });
    await using other = await openControlled();
    await expect(connectControl({ url, secret, ca: other.tenant.certificates.ca })).rejects.toThrow(/certificate|signature/);
  });

  it('sets a fault that strikes at another door, counts it, and clears it again', async () => {
    await using open = await openControlled();
    const { faults } = open.control;
    const fault = await faults.set('imap.refuse', { commands: 'NOOP', answer: 'NO Server Unavailable. 15' });
    await using client = await openImap(open.tenant);
    expect(await client.run('NOOP')).toEqual(['NO Server Unavailable. 15']);
    expect(await client.run('NOOP')).toEqual(['NO Server Unavailable. 15']);
    expect(await fault.state()).toMatchObject({ name: 'imap.refuse', struck: 2, active: true });
    await fault[Symbol.asyncDispose]();
    expect(await client.run('NOOP')).toEqual([expect.stringMatching(/^OK/)]);
    expect(await faults.list()).toEqual([{ id: fault.id, name: 'imap.refuse', options: { commands: 'NOOP', answer: 'NO Server Unavailable. 15' }, struck: 2, active: false }]);
  });

  it('clears faults by name, and shows those that were set in the process itself', async () => {
    await using open = await openControlled();
    const { faults } = open.control;
    open.tenant.faults.set('mailbox.full', { mailbox: SALES }, { times: 3 });
    await faults.set('imap.hang');
    await faults.clear('imap.hang');
    expect((await faults.list()).map(({ name, active, left }) => [name, active, left])).toEqual([['mailbox.full', true, 3], ['imap.hang', false, undefined]]);
    await faults.clear();
    expect((await faults.list()).some(({ active }) => active)).toBe(false);
  });

  it.each([
    [{ name: 'graph.lag', options: { ms: 'long' } }, 'body', 'options.ms', /number/],
    [{ name: 'graph.lag', options: {} }, 'body', 'options.ms', /number/],
    [{ name: 'graph.lag', options: { ms: 1, milliseconds: 2 } }, 'body', 'options.milliseconds', /use one of: ms, mailbox/],
    [{ name: 'graph.lags' }, 'body', 'name', /graph\.lag,/],
    [{ name: 'imap.hang', times: 0 }, 'body', 'times', /more than 0/],
    [{ name: 'imap.refuse', options: { commands: '(', answer: 'NO' } }, 'body', 'options.commands', /./],
    [{ name: 'imap.hang', time: 1 }, 'body', 'time', /name, options, times/],
    ['faults', 'body', '', /./],
  ])('refuses the fault %j, naming the field and what to do', async (order, place, field, remedy) => {
    await using open = await openControlled();
    const { status, body } = await open.ask('/faults', json(order));
    expect([status, body]).toEqual([400, { error: { code: 'invalid-request', message: expect.any(String), problems: [{ place, field, message: expect.any(String), remedy: expect.stringMatching(remedy) }] } }]);
    expect(open.tenant.faults.list()).toEqual([]);
  });

  it('says what to send to whoever sends no JSON', async () => {
    await using open = await openControlled();
    const sent = (type: string, body: string) => open.ask('/faults', { method: 'POST', headers: { 'content-type': type }, body });
    expect((await sent('application/json', '{')).body).toMatchObject({ error: { code: 'invalid-request', problems: [{ remedy: expect.stringContaining('application/json') }] } });
    expect(await sent('text/html', '{}')).toMatchObject({ status: 415, body: { error: { problems: [{ place: 'body' }] } } });
  });

  it('describes every fault with the schema of its options', async () => {
    await using open = await openControlled();
    const { faults } = (await open.ask('/faults/catalogue')).body as { readonly faults: readonly { readonly name: string; readonly options: object }[] };
    expect(faults.find(({ name }) => name === 'graph.lag')?.options).toMatchObject({ type: 'object', required: ['ms'], properties: { ms: { type: 'integer' } } });
  });

  it('delivers mail as bytes and as a letter, and tells how the mailbox knows it', async () => {
    await using open = await openControlled();
    const arrivedAt = new Date('2026-11-01T08:00:00Z');
    const { mail } = open.control;
    const first = await mail.deliver(SALES, Buffer.from('Subject: bytes\r\n\r\nHi\r\n'), { arrivedAt, isRead: true });
    const second = await mail.deliver(SALES, { from: 'ada@example.org', subject: 'Größe', text: 'Hi' }, { folder: 'archive' });
    expect([first, second]).toMatchObject([{ folder: 'Inbox', arrivedAt: arrivedAt.toISOString() }, { folder: 'Archive' }]);
    const mailbox = open.tenant.store.mailbox(SALES)!;
    expect(mailbox.message(first.id)).toMatchObject({ uid: first.uid, isRead: true, arrivedAt: arrivedAt.getTime() });
    expect(open.tenant.facts.headers(mailbox.message(second.id)!)).toMatchObject({ subject: 'Größe', from: { address: 'ada@example.org' } });
    await expect(mail.deliver('nobody@contoso.test', Buffer.from('x'))).rejects.toMatchObject({ status: 404, problems: [{ place: 'path', field: 'mailbox' }] });
    await expect(mail.deliver(SALES, Buffer.from('x'), { folder: 'nowhere' })).rejects.toMatchObject({ status: 404, problems: [{ field: 'folder' }] });
    await using _ = await open.control.faults.set('mailbox.full', { mailbox: SALES });
    await expect(mail.deliver(SALES, Buffer.from('x'))).rejects.toMatchObject({ status: 409, code: 'refused' });
  });

  it('tells what was submitted, of one mailbox or of all, and what would have left', async () => {
    await using open = await openControlled();
    const transport = createTransport({ host: 'localhost', port: open.tenant.doors.smtp!.implicitTlsPort, secure: true, tls: { ca: open.tenant.certificates.ca }, auth: { user: SALES, pass: 'sales-password' } });
    await transport.sendMail({ from: SALES, to: [SUPPORT, 'ada@example.org'], subject: 'away', text: 'Hi' });
    await transport.sendMail({ from: SALES, to: SUPPORT, subject: 'home', text: 'Hi' });
    transport.close();
    const { mail } = open.control;
    const submitted = await mail.submitted(SALES);
    expect(submitted.map(({ mailFrom, rcptTo, via, raw }) => [mailFrom, rcptTo, via, /^Subject: (.*)\r$/m.exec(raw.toString())?.[1]])).toEqual([
      [SALES, [SUPPORT, 'ada@example.org'], 'smtp', 'away'],
      [SALES, [SUPPORT], 'smtp', 'home'],
    ]);
    expect(submitted[0]?.at).toBeInstanceOf(Date);
    expect(await mail.submitted(SUPPORT)).toEqual([]);
    expect(await mail.outbound()).toEqual([submitted[0]]);
  });

  it('changes users, and tells them without their passwords', async () => {
    await using open = await openControlled();
    const { users } = open.control;
    expect(await users.update(SALES, { licensed: false, smtpAuthDisabled: true })).toMatchObject({ userPrincipalName: SALES, licensed: false, smtpAuthDisabled: true, enabled: true });
    expect(open.tenant.store.mailbox(SALES)).toBeUndefined();
    await users.update(SALES, { licensed: true, password: 'another' });
    await using client = await openImap(open.tenant, { password: 'another' });
    expect(await client.run('SELECT INBOX')).toContainEqual(expect.stringMatching(/^OK/));
    expect(JSON.stringify(await users.list())).not.toMatch(/another|support-password/);
    await expect(users.update('nobody', { enabled: false })).rejects.toMatchObject({ status: 404, problems: [{ place: 'path', field: 'user' }] });
    await expect(users.update(SALES, { enabled: 'no' as never })).rejects.toMatchObject({ status: 400, problems: [{ place: 'body', field: 'enabled', remedy: 'Give a value of the type boolean.' }] });
    expect(open.tenant.directory.user(SALES)?.enabled).toBe(true);
  });
});
