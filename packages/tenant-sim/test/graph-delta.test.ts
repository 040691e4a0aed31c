import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type GraphWorld, openGraph, SALES } from './graph-world.ts';

let world: GraphWorld;
beforeEach(async () => {
  world = await openGraph();
});
afterEach(() => world[Symbol.asyncDispose]());

const IMMUTABLE = { prefer: 'IdType="ImmutableId"' };
const delta = `/users/${SALES}/mailFolders/inbox/messages/delta?$select=subject,isRead`;
const mail = (subject: string) => world.put([`Subject: ${subject}`, 'From: <a@example.net>', '', 'x']);
/** Whatever the order. */
const sorted = (items: readonly unknown[]): readonly string[] => items.map(String).sort((a, b) => a.localeCompare(b));
const told = ({ value }: Answer): unknown[] => value.map((item) => item['@removed']?.reason ?? item['subject']);

/** Follows the links of a round; answers what was told and the link of the next round. */
async function round(path: string, headers: Record<string, string> = {}): Promise<{ items: unknown[]; pages: number; next: string }> {
  const items: unknown[] = [];
  let next = path;
  for (let pages = 1; ; pages += 1) {
    const answer = await world.get(next, headers);
    expect(answer.status).toBe(200);
    items.push(...told(answer));
    const { '@odata.nextLink': more, '@odata.deltaLink': end } = answer.json;
    expect([more, end].filter((link) => link !== undefined)).toHaveLength(1);
    if (end) return { items, pages, next: end as string };
    next = more as string;
  }
}

describe('a delta of messages', () => {
  it('tells what is there page by page, then only what is new, changed and gone', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((subject) => mail(subject));
    const first = await round(delta, { prefer: 'odata.maxpagesize=2' });
    expect([sorted(first.items), first.pages]).toEqual([['a', 'b', 'c'], 2]);
    expect((await round(first.next)).items).toEqual([]);
    world.mailbox.update(a!, { isRead: true });
    world.mailbox.remove(b!, 'deleted-items');
    world.mailbox.move(c!, 'archive');
    mail('d');
    const second = await round(first.next, { prefer: 'odata.maxpagesize=1' });
    expect([second.items, second.pages]).toEqual([['a', 'deleted', 'deleted', 'd'], 4]);
    expect((await round(second.next)).items).toEqual([]);
  });

  it('keeps the options of its first request', async () => {
    mail('a');
    const first = await round(delta);
    mail('b');
    const { value } = await world.get(first.next);
    expect(Object.keys(value[0]!).sort()).toEqual(['@odata.etag', '@odata.type', 'id', 'isRead', 'subject']);
  });

  it('tells nobody of a removal who never saw the message', async () => {
    const { next } = await round(delta);
    world.mailbox.remove(mail('brief'), 'recoverable');
    expect((await round(next)).items).toEqual([]);
  });

  it('is blind to what went out and came back, by immutable ids; ordinary ones are new', async () => {
    const message = mail('traveller');
    const [immutable, ordinary] = [await round(delta, IMMUTABLE), await round(delta)];
    world.mailbox.move(message, 'archive');
    world.mailbox.move(message, 'inbox');
    expect((await round(immutable.next, IMMUTABLE)).items).toEqual([]);
    expect(sorted((await round(ordinary.next)).items)).toEqual(['deleted', 'traveller']);
    world.mailbox.move(message, 'archive');
    world.mailbox.move(message, 'inbox');
    world.mailbox.update(message, { isRead: true });
    expect((await round(immutable.next, IMMUTABLE)).items).toEqual(['traveller']);
  });

  it('tells what arrives while its first round goes on in the round after it', async () => {
    for (const subject of ['a', 'b', 'c']) mail(subject);
    const start = await world.get(delta, { prefer: 'odata.maxpagesize=1' });
    mail('late');
    const rest = await round(start.json['@odata.nextLink'] as string);
    expect(sorted([...told(start), ...rest.items])).toEqual(['a', 'b', 'c']);
    expect((await round(rest.next)).items).toEqual(['late']);
  });

  it('is filtered by arrival and by kind of change, and by nothing else', async () => {
    world.put(['Subject: old', '', 'x'], { arrivedAt: new Date('2020-01-01T00:00:00Z') });
    const recent = mail('recent');
    const filtered = await round(`${delta}&$filter=receivedDateTime ge 2025-01-01T00:00:00Z&$orderby=receivedDateTime desc`);
    expect(filtered.items).toEqual(['recent']);
    const created = await round(`${delta}&changeType=created`);
    world.mailbox.update(recent, { isRead: true });
    mail('new');
    expect((await round(created.next)).items).toEqual(['new']);
    for (const query of ['$filter=isRead eq true', '$orderby=subject', '$search="x"', 'changeType=moved']) expect((await world.get(`${delta}&${query}`)).status).toBe(400);
  });

  it.each([
    [410, 'syncStateNotFound'],
    [400, 'SyncStateNotFound'],
    [404, 'resyncRequired'],
  ] as const)('can be lost with %i %s', async (status, code) => {
    const { next } = await round(delta);
    world.fault('graph.delta-gone', { status }, 1);
    const lost = await world.get(next);
    expect([lost.status, lost.json['error'].code]).toEqual([status, code]);
    expect('location' in lost.headers).toBe(status === 410);
    expect((await world.get(next)).status).toBe(200);
  });

  it('begins anew where the Location of a 410 says', async () => {
    mail('a');
    const { next } = await round(delta);
    world.fault('graph.delta-gone', {}, 1);
    const lost = await world.get(next);
    expect((await world.get(lost.headers['location']!)).value).toHaveLength(1);
  });

  it('refuses a token it never gave out, and one of another folder', async () => {
    const { next } = await round(delta);
    expect((await world.get(`${delta}&$deltatoken=abc`)).status).toBe(400);
    expect((await world.get(next.replace('inbox', 'archive'))).status).toBe(400);
  });

  it('shows by fault no more than the mark of what was only marked, and all of everything else', async () => {
    const [marked, flagged, both, moved] = ['marked', 'flagged', 'both', 'moved'].map((subject) => mail(subject));
    const { next } = await round(delta, IMMUTABLE);
    world.fault('graph.delta-partial');
    world.mailbox.update(marked!, { isRead: true });
    world.mailbox.update(flagged!, { flag: 'flagged' });
    world.mailbox.update(both!, { categories: ['red'] });
    world.mailbox.update(both!, { isRead: true });
    world.mailbox.move(moved!, 'archive');
    world.mailbox.move(moved!, 'inbox');
    world.mailbox.update(moved!, { isRead: true });
    mail('new');
    const { value, json } = await world.ask('GET', next, { headers: IMMUTABLE, isPartial: true });
    expect(value).toContainEqual({ '@odata.type': '#microsoft.graph.message', id: world.mailbox.immutableId(marked!), isRead: true, parentFolderId: world.mailbox.folderId(world.mailbox.folder('inbox')!) });
    expect(sorted(value.map((item) => item['subject'] ?? 'a mark'))).toEqual(['a mark', 'both', 'flagged', 'moved', 'new']);
    world.mailbox.update(flagged!, { isRead: true });
    const { value: later } = await world.ask('GET', json['@odata.deltaLink'] as string, { headers: IMMUTABLE, isPartial: true });
    expect(later.map((item) => Object.keys(item).length)).toEqual([4]);
    expect((await round(delta)).items).toHaveLength(5);
  });

  it('is late by as much as Graph lags behind the other doors, and loses nothing', async () => {
    mail('before');
    world.tenant.clock.jump(60_000);
    world.fault('graph.lag', { ms: 5_000 });
    mail('after');
    const first = await round(delta);
    expect(first.items).toEqual(['before']);
    expect((await world.get(`/users/${SALES}/messages/$count`)).text).toBe('1');
    world.tenant.clock.jump(6_000);
    expect((await round(first.next)).items).toEqual(['after']);
    expect(world.tenant.faults.list()[0]?.struck).toBeGreaterThan(0);
  });
});

describe('a delta of folders', () => {
  it('tells all of them, then those that are new, changed, have other counts, or are gone', async () => {
    const path = `/users/${SALES}/mailFolders/delta`;
    const names = async (link: string) => {
      const items: unknown[] = [];
      for (let next = link; ; ) {
        const { json, value } = await world.get(next, { prefer: 'odata.maxpagesize=3' });
        items.push(...value.map((item) => item['@removed']?.reason ?? item['displayName']));
        if (json['@odata.deltaLink']) return { items, next: json['@odata.deltaLink'] as string };
        next = json['@odata.nextLink'] as string;
      }
    };
    const projects = world.mailbox.createFolder('inbox', 'Projects');
    const first = await names(path);
    expect(first.items).toEqual(expect.arrayContaining(['Inbox', 'Sent Items', 'Projects']));
    expect(first.items).not.toContain('Recoverable Items');
    world.mailbox.removeFolder(projects);
    mail('a');
    world.mailbox.createFolder('archive', 'Old');
    const second = await names(first.next);
    expect(second.items).toEqual(['deleted', 'Inbox', 'Old']);
    expect((await names(second.next)).items).toEqual([]);
  });
});
