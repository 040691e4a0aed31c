import { describe, expect, it } from 'vitest';
import { keptSource, startTenant } from '../src/index.ts';
import { openControlled } from './control-client.ts';
import { openClient } from './entra-client.ts';
import { openGraph } from './graph-world.ts';
import { openImap, SALES } from './imap-client.ts';
import { openWebhook } from './webhook.ts';

const mail = keptSource(Buffer.from('Subject: old\r\n\r\nHi\r\n'));

describe('a reset', () => {
  it('brings back the people, the clock and empty mailboxes, and forgets faults and sent mail', async () => {
    await using open = await openControlled();
    const { tenant } = open;
    const before = { users: tenant.directory.users(), apps: tenant.directory.apps(), tenant: tenant.directory.tenant };
    tenant.store.mailbox(SALES)!.append('inbox', { source: mail });
    tenant.directory.addUser({ userPrincipalName: 'new@contoso.test' });
    tenant.directory.updateUser(SALES, { password: 'changed', enabled: false });
    tenant.directory.updateTenant({ smtpAuthDisabled: true });
    tenant.clock.jump(1_000_000);
    tenant.faults.set('delivery.sent-copy-late', { ms: 60_000 });
    const mailbox = tenant.store.mailbox(SALES)!;
    tenant.mailFlow.submit({ mailbox, sender: {}, mailFrom: SALES, rcptTo: ['ada@example.org'], raw: Buffer.from(`From: ${SALES}\r\n\r\nHi\r\n`), via: 'smtp' });
    await open.control.reset();
    expect({ users: tenant.directory.users(), apps: tenant.directory.apps(), tenant: tenant.directory.tenant }).toEqual(before);
    expect([tenant.clock.offset, tenant.faults.list(), tenant.mailFlow.submitted, tenant.store.open()]).toEqual([0, [], [], []]);
    await tenant.mailFlow.idle(); // what waited to be sent is not sent
    expect([tenant.mailFlow.submitted, tenant.store.mailbox(SALES)!.messageCount]).toEqual([[], 0]);
  });

  it('voids what was given out before: tokens, ids and UIDVALIDITY', async () => {
    await using open = await openControlled();
    const { tenant } = open;
    const { token } = await tenant.tokens.issue({ app: tenant.directory.apps()[0]!, resource: 'graph' });
    const old = tenant.store.mailbox(SALES)!;
    const id = old.immutableId(old.append('inbox', { source: mail }));
    const { uidValidity } = old.folder('inbox')!;
    tenant.reset();
    expect((await tenant.tokens.verify(token, 'graph')).problem).toBe('revoked');
    const fresh = tenant.store.mailbox(SALES)!;
    for (let count = 0; count < 20; count += 1) fresh.append('inbox', { source: mail });
    expect(fresh.message(id)).toBeUndefined();
    expect(fresh.folders.map((folder) => folder.uidValidity)).not.toContain(uidValidity);
    expect(fresh.sequence).toBeGreaterThan(old.sequence);
  });

  it('ends open sessions, and the next one finds everything new', async () => {
    await using open = await openControlled();
    await using client = await openImap(open.tenant);
    open.tenant.reset();
    await client.closed();
    await using again = await openImap(open.tenant);
    expect(await again.run('SELECT INBOX')).toContain('* 0 EXISTS');
  });

  it('voids what Entra gave out: a device code is waited for no longer', async () => {
    await using tenant = await startTenant({ doors: ['entra'] });
    await using client = openClient(tenant);
    const { clientId } = tenant.directory.apps()[0]!;
    const { body } = await client.post('/contoso.test/oauth2/v2.0/devicecode', { client_id: clientId, scope: 'https://outlook.office.com/IMAP.AccessAsUser.All' });
    const poll = async (): Promise<unknown> =>
      (await client.token({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: clientId, device_code: String(body['device_code']) })).body['error'];
    expect(await poll()).toBe('authorization_pending');
    tenant.reset();
    expect(await poll()).toBe('bad_verification_code');
  });

  it('voids what Graph gave out: subscriptions and delta tokens', async () => {
    await using webhook = await openWebhook();
    await using world = await openGraph();
    const inbox = `/users/${SALES}/mailFolders('inbox')/messages`;
    const expirationDateTime = new Date(world.tenant.clock.now().getTime() + 3_600_000).toISOString();
    const made = await world.post('/subscriptions', { changeType: 'created', notificationUrl: `${webhook.url}/news`, resource: inbox, expirationDateTime, clientState: 'state' });
    expect(made.status).toBe(201);
    const { json } = await world.get(`${inbox}/delta`);
    const delta = String(json['@odata.deltaLink']).replace(/^.*\/v1\.0/, '');
    expect((await world.get(delta)).status).toBe(200);
    world.tenant.reset();
    expect((await world.get(delta)).status).toBe(401);
    const token = await world.token();
    const again = (path: string) => world.ask('GET', path, { token });
    expect((await again('/subscriptions')).value).toEqual([]);
    expect(await again(delta)).toMatchObject({ status: 400 });
    expect((await again(`${inbox}/delta`)).status).toBe(200);
  });

  it('is outlived by a fault that is disposed of only then', async () => {
    await using open = await openControlled();
    await using _ = await open.control.faults.set('imap.hang');
    await open.control.reset();
    expect(await open.control.faults.list()).toEqual([]);
  });
});
