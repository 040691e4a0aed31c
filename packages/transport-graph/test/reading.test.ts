import { collectBytes } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { collect, facetsOf, setting } from './setting.ts';

const letter = (subject: string, body = 'text'): string[] => [`Subject: ${subject}`, `Message-ID: <${subject.replaceAll(' ', '-')}@example.org>`, 'From: ada@example.org', '', body];

describe('folders', () => {
  it('are found with their roles, down to the deepest, without the hidden ones', () =>
    setting(async ({ open, mailbox }) => {
      const invoices = mailbox.createFolder('inbox', 'Invoices');
      mailbox.createFolder(invoices, '2026');
      mailbox.createFolder('inbox', 'Secret', { isHidden: true });
      for (let index = 0; index < 30; index += 1) mailbox.createFolder(mailbox.createFolder('msgfolderroot', `Project ${index}`), 'Notes');
      const { receive } = facetsOf(await open());
      const folders = await collect(receive.listFolders());
      const paths = folders.map(({ path }) => path.join('/'));
      expect(paths).toEqual(expect.arrayContaining(['Inbox', 'Inbox/Invoices', 'Inbox/Invoices/2026', 'Project 29/Notes', 'Sent Items']));
      expect(paths.filter((path) => path.includes('Secret'))).toEqual([]);
      expect(Object.fromEntries(folders.flatMap(({ role, path }) => (role ? [[role, path.join('/')]] : [])))).toEqual({
        inbox: 'Inbox',
        outbox: 'Outbox',
        sent: 'Sent Items',
        drafts: 'Drafts',
        archive: 'Archive',
        junk: 'Junk Email',
        trash: 'Deleted Items',
      });
      const inbox = await receive.findFolder({ role: 'inbox' });
      expect(inbox).toEqual(folders.find(({ role }) => role === 'inbox'));
      expect(await receive.findFolder({ path: ['inbox'] })).toEqual(inbox);
      expect((await receive.findFolder({ path: ['INBOX', 'Invoices', '2026'] })).path).toEqual(['Inbox', 'Invoices', '2026']);
    }));

  it('take one request to be found by role', () =>
    setting(async ({ open, requests }) => {
      const { receive } = facetsOf(await open());
      const before = requests.length;
      await receive.findFolder({ role: 'archive' });
      expect(requests.length - before).toBe(1);
    }));
});

describe('listing and locating', () => {
  it('takes one request for a page, and tells each message once while mail comes in', () =>
    setting(async ({ open, mailbox, tenant, put, requests }) => {
      tenant.store.fill(mailbox, { count: 600 });
      const { receive } = facetsOf(await open());
      const { id: folder } = await receive.findFolder({ role: 'inbox' });
      const before = requests.length;
      const keys: string[] = [];
      for await (const { ref } of receive.list({ folder })) {
        if (keys.length % 200 === 0) put(letter(`pushes ${keys.length}`));
        keys.push(ref.key);
      }
      expect([new Set(keys).size, requests.length - before]).toEqual([keys.length, 3]);
      expect(keys.length).toBeGreaterThanOrEqual(600);
    }));

  it('finds a Message-ID with a quote in it, in one request', () =>
    setting(async ({ open, put, requests }) => {
      put(['Message-ID: <it\'s&odd=%@example.org>', 'Subject: odd', '', 'x']);
      const { receive } = facetsOf(await open());
      const before = requests.length;
      expect((await collect(receive.locate({ messageId: "it's&odd=%@example.org" }))).map(({ subject }) => subject)).toEqual(['odd']);
      expect(requests.length - before).toBe(1);
    }));

  it('looks up many refs in few requests, and knows that one has moved on', () =>
    setting(async ({ open, mailbox, tenant, requests }) => {
      tenant.store.fill(mailbox, { count: 45 });
      const { receive } = facetsOf(await open());
      const { id: folder } = await receive.findFolder({ role: 'inbox' });
      const refs = (await collect(receive.list({ folder }))).map(({ ref }) => ref);
      mailbox.move(mailbox.message(refs[7]!.key)!, 'archive');
      const before = requests.length;
      expect((await receive.present(refs)).map(({ ref }) => ref)).toEqual(refs.filter((_, index) => index !== 7));
      expect(requests.length - before).toBe(3);
    }));
});

describe('content', () => {
  it('takes one request for each small message, and lets the consumer read large ones meanwhile', () =>
    setting(async ({ open, put, requests }) => {
      for (let index = 0; index < 12; index += 1) put(letter(`${index}`, index % 4 === 3 ? 'x'.repeat(1_000_000) : 'small'));
      const { receive } = facetsOf(await open());
      const { id: folder } = await receive.findFolder({ role: 'inbox' });
      const all = await collect(receive.list({ folder }));
      const before = requests.length;
      let octets = 0;
      for await (const { source } of receive.fetchRawEach(all.map(({ ref }) => ref))) {
        await using other = await receive.fetchRaw(all[0]!.ref);
        octets += (await collectBytes(other.bytes)).length + (await collectBytes(source.bytes)).length;
        await receive.unread(folder);
      }
      expect(octets).toBeGreaterThan(3_000_000 + 12 * 1_000_000);
      expect(requests.length - before).toBe(12 + 3 + 2 * 12); // the large ones are asked for twice
    }));

  it('is told from links, which have none', () =>
    setting(async ({ open, put }) => {
      put([
        'Subject: linked',
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'see there',
        '--b',
        'Content-Type: message/external-body; access-type=URL; URL="https://files.example.org/a"',
        'Content-Disposition: attachment; filename="a.pdf"',
        '',
        'Content-Type: application/pdf',
        '',
        '',
        '--b--',
      ]);
      const { receive } = facetsOf(await open());
      const { id: folder } = await receive.findFolder({ role: 'inbox' });
      const [message] = await collect(receive.list({ folder }));
      const [link] = await receive.listAttachments(message!.ref);
      expect(link).toMatchObject({ kind: 'link', mediaType: 'application/pdf', filename: 'a.pdf', inline: false });
      await expect(receive.fetchAttachment(message!.ref, link!.id)).rejects.toMatchObject({ code: 'capability.unsupported' });
    }));
});
