import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GraphWorld, openGraph, SALES, SUPPORT } from './graph-world.ts';
import { openImapFlow } from './imap-client.ts';
import { openMicrosoftClient } from './microsoft-client.ts';

// One mailbox, by IMAP, SMTP and Graph at once, with clients nobody here wrote.

let world: GraphWorld;
beforeEach(async () => {
  world = await openGraph({ doors: ['graph', 'imap', 'smtp'] });
});
afterEach(() => world[Symbol.asyncDispose]());

const inbox = `/users/${SALES}/mailFolders/inbox/messages`;

describe('the doors of one mailbox', () => {
  it('show mail sent by SMTP as the same message, with the same arrival, whoever reads or moves it', async () => {
    const smtp = createTransport({ host: 'localhost', port: world.tenant.doors.smtp!.port, requireTLS: true, tls: { ca: world.tenant.certificates.ca }, auth: { user: SUPPORT, pass: 'support-password' } });
    await smtp.sendMail({ from: SUPPORT, to: SALES, subject: 'One', text: 'x', messageId: '<one@contoso.test>' });
    smtp.close();
    const imap = await openImapFlow(world.tenant);
    await imap.mailboxOpen('INBOX');
    const seen = await imap.fetchOne('1', { envelope: true, internalDate: true, flags: true });
    const [message] = (await world.get(inbox)).value;
    expect(message).toMatchObject({ internetMessageId: '<one@contoso.test>', subject: 'One', isRead: false });
    expect(seen).toMatchObject({ envelope: { messageId: '<one@contoso.test>' } });
    expect(new Date((seen as { internalDate: Date }).internalDate).toISOString().slice(0, 19)).toBe((message!['receivedDateTime'] as string).slice(0, 19));
    await imap.messageFlagsAdd('1', [String.raw`\Seen`, String.raw`\Flagged`]);
    const at = `${inbox}/${encodeURIComponent(message!['id'] as string)}`;
    expect((await world.get(at)).json).toMatchObject({ isRead: true, flag: { flagStatus: 'flagged' } });
    await world.post(`${at}/move`, { destinationId: 'archive' });
    expect(await imap.status('Archive', { messages: true })).toMatchObject({ messages: 1 });
    await imap.logout();
  });

  it("show one truth to imapflow, nodemailer and Microsoft's client, however they take turns", async () => {
    await using microsoft = await openMicrosoftClient(world);
    const { client } = microsoft;
    const smtp = createTransport({ host: 'localhost', port: world.tenant.doors.smtp!.port, requireTLS: true, tls: { ca: world.tenant.certificates.ca }, auth: { user: SALES, pass: 'sales-password' } });
    await smtp.sendMail({ from: SALES, to: SALES, subject: 'To myself', text: 'x', messageId: '<self@contoso.test>' });
    smtp.close();
    const imap = await openImapFlow(world.tenant);
    const lock = await imap.getMailboxLock('INBOX');
    const [message] = ((await client.api(inbox).header('Prefer', 'IdType="ImmutableId"').get()) as { value: { id: string; internetMessageId: string }[] }).value;
    expect(message?.internetMessageId).toBe('<self@contoso.test>');
    const at = `/users/${SALES}/messages/${encodeURIComponent(message!.id)}`;
    await client.api(at).header('Prefer', 'IdType="ImmutableId"').patch({ isRead: true });
    await imap.noop();
    expect([...((await imap.fetchOne('1', { flags: true })) as { flags: Set<string> }).flags]).toContain(String.raw`\Seen`);
    await imap.messageMove('1', 'Archive');
    lock.release();
    const moved = (await client.api(at).header('Prefer', 'IdType="ImmutableId"').get()) as { id: string; parentFolderId: string };
    const archive = (await client.api(`/users/${SALES}/mailFolders/archive`).get()) as { id: string };
    expect(moved).toMatchObject({ id: message!.id, parentFolderId: archive.id });
    await client.api(at).header('Prefer', 'IdType="ImmutableId"').delete();
    expect(await imap.status('Archive', { messages: true })).toMatchObject({ messages: 0 });
    expect(await imap.status('Sent Items', { messages: true })).toMatchObject({ messages: 1 });
    await imap.logout();
  });

  it('tell a delta and a client that watches of what is appended by IMAP with an old date', async () => {
    const start = await world.get(`${inbox}/delta?$select=subject,receivedDateTime`);
    const imap = await openImapFlow(world.tenant);
    await imap.append('INBOX', Buffer.from('Subject: Old\r\n\r\nx\r\n'), [], new Date('2020-02-03T04:05:06Z'));
    await imap.logout();
    const { value } = await world.get(start.json['@odata.deltaLink'] as string);
    expect(value).toMatchObject([{ subject: 'Old', receivedDateTime: '2020-02-03T04:05:06Z' }]);
  });

  it('show what Graph sends in Sent Items by IMAP, and in the mailbox it goes to', async () => {
    await world.post(`/users/${SALES}/sendMail`, { message: { subject: 'By Graph', body: { contentType: 'text', content: 'x' }, toRecipients: [{ emailAddress: { address: SUPPORT } }] } });
    const imap = await openImapFlow(world.tenant, { user: SUPPORT, pass: 'support-password' });
    await imap.mailboxOpen('INBOX');
    expect(await imap.fetchOne('1', { envelope: true })).toMatchObject({ envelope: { subject: 'By Graph', from: [{ address: SALES }] } });
    await imap.logout();
    expect(world.mailbox.folder('sentitems')!.messages).toHaveLength(1);
  });
});
