import { describe, expect, it } from 'vitest';
import { createTenantClock } from '../clock.ts';
import { createDirectory } from '../directory/directory.ts';
import { createFaultRegistry } from '../faults/registry.ts';
import type { MailboxEvent } from './events.ts';
import type { Mailbox } from './mailbox.ts';
import { keptSource } from './source.ts';
import { createMailStore } from './store.ts';

const mail = (subject: string) => ({ source: keptSource(Buffer.from(`Subject: ${subject}\r\n\r\nHi\r\n`)) });

function ground() {
  const clock = createTenantClock(new Date('2026-11-24T10:00:00.250Z'));
  const directory = createDirectory();
  directory.addUser({ userPrincipalName: 'sales@contoso.test', addresses: ['sales@contoso.test', 'shop@contoso.test'] });
  const faults = createFaultRegistry();
  const store = createMailStore({ clock, directory, faults });
  const mailbox = store.mailbox('sales@contoso.test')!;
  const inbox = mailbox.folder('inbox')!;
  return { clock, directory, faults, store, mailbox, inbox };
}

const uids = (mailbox: Mailbox, folder: string): number[] => mailbox.folder(folder)!.messages.map(({ uid }) => uid);

describe('a mailbox', () => {
  it('is one, by whichever address it is asked for', () => {
    const { store, mailbox, directory } = ground();
    expect(store.mailbox('Shop@Contoso.test')).toBe(mailbox);
    expect(store.mailbox('nobody@contoso.test')).toBeUndefined();
    directory.updateUser('sales@contoso.test', { licensed: false });
    expect(store.mailbox('sales@contoso.test')).toBeUndefined();
  });

  it('keeps arrival, immutable id and state of a message that moves, and gives it a new ordinary id and UID', () => {
    const { mailbox } = ground();
    const arrivedAt = new Date('2020-01-01T00:00:00.123Z');
    const message = mailbox.append('inbox', { ...mail('a'), arrivedAt, isRead: true, categories: ['Red'] });
    const [immutable, ordinary] = [mailbox.immutableId(message), mailbox.ordinaryId(message)];
    mailbox.append('archive', mail('first'));
    const moved = mailbox.move(message, 'archive');
    expect(moved).toMatchObject({ arrivedAt: arrivedAt.getTime(), isRead: true, categories: ['Red'], uid: 2 });
    expect(mailbox.immutableId(moved)).toBe(immutable);
    expect(mailbox.message(immutable)).toBe(moved);
    expect(mailbox.message(ordinary)).toBeUndefined();
    expect(mailbox.message(mailbox.ordinaryId(moved))).toBe(moved);
    expect([uids(mailbox, 'inbox'), uids(mailbox, 'archive')]).toEqual([[], [1, 2]]);
  });

  it('makes a copy another message with the same arrival', () => {
    const { mailbox } = ground();
    const message = mailbox.append('inbox', { ...mail('a'), arrivedAt: new Date('2020-01-01T00:00:00Z'), flag: 'flagged' });
    const copy = mailbox.copy(message, 'archive');
    expect(copy).toMatchObject({ arrivedAt: message.arrivedAt, flag: 'flagged' });
    expect(mailbox.immutableId(copy)).not.toBe(mailbox.immutableId(message));
    expect(mailbox.messageCount).toBe(2);
  });

  it('never gives a UID twice, and counts what is unread', () => {
    const { mailbox, inbox } = ground();
    const [first, second] = ['a', 'b'].map((subject) => mailbox.append('inbox', mail(subject)));
    mailbox.remove(second!, 'recoverable');
    mailbox.append('inbox', mail('c'));
    expect(uids(mailbox, 'inbox')).toEqual([1, 3]);
    expect([inbox.uidNext, inbox.unreadCount]).toEqual([4, 2]);
    mailbox.update(first!, { isRead: true });
    expect(inbox.unreadCount).toBe(1);
    expect([inbox.byUid(1), inbox.byUid(2)]).toEqual([first, undefined]);
  });

  it('goes to Deleted Items, then to the Recoverable Items, then nowhere', () => {
    const { mailbox } = ground();
    const message = mailbox.append('inbox', mail('a'));
    const way = [1, 2].map(() => {
      mailbox.remove(message, 'deleted-items');
      return message.folder.wellKnown;
    });
    mailbox.remove(message, 'recoverable');
    expect(way).toEqual(['deleteditems', 'recoverableitemsdeletions']);
    expect(mailbox.messageCount).toBe(0);
    expect(() => mailbox.update(message, { isRead: true })).toThrow(/gone/);
  });

  it('tells what changed in a folder since a position, each message once', () => {
    const { mailbox, inbox } = ground();
    const [a, b, c] = ['a', 'b', 'c'].map((subject) => mailbox.append('inbox', mail(subject)));
    const position = mailbox.sequence;
    mailbox.update(a!, { isRead: true });
    mailbox.update(a!, { isRead: true });
    mailbox.update(a!, { flag: 'flagged' });
    mailbox.move(b!, 'archive');
    mailbox.remove(c!, 'recoverable');
    const d = mailbox.append('inbox', mail('d'));
    const changes = inbox.changesSince(position);
    expect(changes).toMatchObject({ added: [d], updated: [a], sequence: mailbox.sequence });
    expect(changes?.removed.map(({ number, movedTo }) => [number, movedTo?.wellKnown])).toEqual([[b!.number, 'archive'], [c!.number, 'recoverableitemsdeletions']]);
    expect(inbox.changesSince(mailbox.sequence)).toMatchObject({ added: [], updated: [], removed: [] });
  });

  it('tells everybody who watches, in order, until they stop', () => {
    const { mailbox } = ground();
    const events: MailboxEvent['kind'][] = [];
    const watching = mailbox.watch(({ kind }) => events.push(kind));
    const message = mailbox.append('inbox', mail('a'));
    mailbox.update(message, { isRead: true });
    mailbox.update(message, { isRead: true });
    mailbox.move(message, 'archive');
    watching[Symbol.dispose]();
    mailbox.move(message, 'inbox');
    expect(events).toEqual(['message-added', 'message-updated', 'message-removed', 'message-added']);
  });

  it('has folders in folders, keeps its own and refuses twins and circles', () => {
    const { mailbox } = ground();
    const projects = mailbox.createFolder('msgfolderroot', 'Projects');
    const inner = mailbox.createFolder(projects, '2026');
    expect(mailbox.folder(mailbox.folderId(inner))).toBe(inner);
    expect(() => mailbox.createFolder('msgfolderroot', 'projects')).toThrow(/already/);
    expect(() => mailbox.moveFolder(projects, inner)).toThrow(/into itself/);
    expect(() => mailbox.renameFolder('inbox', 'Eingang')).toThrow(/own folders/);
    const message = mailbox.append(inner, mail('a'));
    mailbox.removeFolder(projects);
    expect(mailbox.folder(inner)).toBeUndefined();
    expect(message.folder.wellKnown).toBe('recoverableitemsdeletions');
  });

  it('rolls UIDVALIDITY and rewinds UIDNEXT when the fault is set', () => {
    const { mailbox, inbox, faults } = ground();
    for (const subject of ['a', 'b', 'c']) mailbox.append('inbox', mail(subject));
    mailbox.remove(inbox.byUid(1)!, 'recoverable');
    const before = inbox.uidValidity;
    faults.set('imap.uidvalidity-roll', { mailbox: 'sales@contoso.test' }, { times: 1 });
    expect(inbox.uidValidity).toBeGreaterThan(before);
    expect(uids(mailbox, 'inbox')).toEqual([1, 2]);
    faults.set('imap.uidnext-rewind', { mailbox: 'sales@contoso.test' }, { times: 1 });
    expect([uids(mailbox, 'inbox'), inbox.uidNext]).toEqual([[1], 2]);
  });

  it('takes nothing more while it is full', () => {
    const { mailbox, faults } = ground();
    const full = faults.set('mailbox.full', { mailbox: mailbox.address });
    expect(() => mailbox.append('inbox', mail('a'))).toThrow(/no room/);
    full[Symbol.dispose]();
    expect(mailbox.append('inbox', mail('a')).uid).toBe(1);
  });

  it('finds ids of another mailbox, shortened or changed ones nowhere', () => {
    const { mailbox, store, directory } = ground();
    directory.addUser({ userPrincipalName: 'support@contoso.test' });
    const id = mailbox.immutableId(mailbox.append('inbox', mail('a')));
    store.mailbox('support@contoso.test')!.append('inbox', mail('b'));
    expect(store.mailbox('support@contoso.test')?.message(id)).toBeUndefined();
    for (const wrong of [id.slice(1), id.toLowerCase(), `${id}x`, 'inbox', '']) expect(mailbox.message(wrong)).toBeUndefined();
    expect(mailbox.message(id)).toBeDefined();
  });
});

describe('generated mail', () => {
  it('is the same each time it is read, and takes no memory for its text', () => {
    const { store, mailbox, inbox } = ground();
    store.fill(mailbox, { count: 1_000, seed: 7, bodySize: 5_000 });
    const [first] = inbox.messages;
    expect(inbox.messages).toHaveLength(1_000);
    expect(first?.source.read()).toEqual(first?.source.read());
    expect(first?.source.read()).not.toBe(first?.source.read());
    expect(first?.source.size).toBeGreaterThan(5_000);
    expect(first?.source.read().toString().startsWith(first.source.head?.().toString() ?? '-')).toBe(true);
    expect(first?.source.read().equals(inbox.messages[1]!.source.read())).toBe(false);
  });
});
