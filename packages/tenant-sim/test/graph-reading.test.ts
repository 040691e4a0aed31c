import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphWorld, openGraph, SALES } from './graph-world.ts';

const PNG = 'iVBORw0KGgo=';

const letter = (subject: string, ...headers: string[]): string[] => [
  'From: "Ada Lovelace" <ada@example.net>',
  `To: <${SALES}>`,
  `Subject: ${subject}`,
  'Date: Tue, 24 Nov 2026 09:59:58 +0000',
  `Message-ID: <${subject.replaceAll(/\W/g, '-')}@example.net>`,
  ...headers,
];

const mixed = (subject: string): string[] => [
  ...letter(subject, 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'),
  '',
  '--b',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>Hello <b>Bob</b></p>',
  '--b',
  'Content-Type: image/png; name=dot.png',
  'Content-Disposition: attachment; filename=dot.png',
  'Content-Transfer-Encoding: base64',
  '',
  PNG,
  '--b',
  'Content-Type: message/rfc822',
  '',
  'From: <inner@example.net>',
  'Subject: Within',
  '',
  'Inner text',
  '--b',
  'Content-Type: message/external-body; access-type=URL; URL="https://files.example.net/plan.docx"; name=plan.docx',
  'Content-Disposition: attachment; filename=plan.docx',
  '',
  'Content-Type: application/msword',
  '',
  '',
  '--b--',
];

let world: GraphWorld;
let mixedId: string;
const inbox = `/users/${SALES}/mailFolders/inbox/messages`;
const subjects = async (path: string): Promise<unknown[]> => (await world.get(path)).value.map(({ subject }) => subject as unknown);

beforeAll(async () => {
  world = await openGraph({ startAt: new Date('2026-11-24T10:00:00Z') });
  for (let day = 1; day <= 12; day += 1) {
    world.put([...letter(`Mail ${day}`, ...(day === 5 ? ['Importance: high'] : [])), '', `Text ${day}`], { arrivedAt: new Date(Date.UTC(2026, 10, day)), isRead: day % 2 === 0, categories: day === 7 ? ['Red'] : [] });
  }
  world.put([...letter('Archived'), '', 'Old'], { folder: 'archive', arrivedAt: new Date(Date.UTC(2026, 9, 1)) });
  const message = world.put(mixed('With files'), { arrivedAt: new Date(Date.UTC(2026, 10, 13)), properties: { 'String {8ECCC264-6880-4EBE-992F-8888D2EEAA1D} Name Case': '42' } });
  mixedId = world.mailbox.ordinaryId(message);
});
afterAll(() => world[Symbol.asyncDispose]());

describe('a list of messages', () => {
  it('has ten of them, newest first, with everything the documentation shows, and a link to the next', async () => {
    const first = await world.get(inbox);
    expect(first.value).toHaveLength(10);
    expect(first.value[0]).toMatchObject({ subject: 'With files', hasAttachments: true, from: { emailAddress: { name: 'Ada Lovelace', address: 'ada@example.net' } }, toRecipients: [{ emailAddress: { name: 'Sales', address: SALES } }] });
    const second = await world.get(first.json['@odata.nextLink'] as string);
    expect(second.value.map(({ subject }) => subject as unknown)).toEqual(['Mail 3', 'Mail 2', 'Mail 1']);
    expect(second.json).not.toHaveProperty('@odata.nextLink');
  });

  it('has what is selected, and says so', async () => {
    const { json, value } = await world.get(`${inbox}?$select=subject,isRead&$top=1&$count=true`);
    expect(Object.keys(value[0]!).sort()).toEqual(['@odata.etag', 'id', 'isRead', 'subject']);
    expect(json['@odata.count']).toBe(13);
    expect(json['@odata.context']).toMatch(/\/messages\(subject,isRead\)$/);
    expect(json['@odata.nextLink']).toContain('$select=');
  });

  it('of the mailbox has those of all folders', async () => {
    expect(await subjects(`/users/${SALES}/messages?$top=100&$select=subject`)).toContain('Archived');
    expect((await world.get(`/users/${SALES}/messages/$count`)).text).toBe('14');
  });

  it.each([
    ["isRead eq false and importance eq 'high'", ['Mail 5']],
    ["startswith(subject,'mail 1')", ['Mail 12', 'Mail 11', 'Mail 10', 'Mail 1']],
    ["contains(subject,'FILES') or subject eq 'Mail 2'", ['With files', 'Mail 2']],
    ['receivedDateTime ge 2026-11-12', ['With files', 'Mail 12']],
    ['receivedDateTime gt 2026-11-11T00:00:00Z and not(hasAttachments eq true)', ['Mail 12']],
    ["categories/any(c:c eq 'Red')", ['Mail 7']],
    ["internetMessageId eq '<Mail-3@example.net>'", ['Mail 3']],
    ["from/emailAddress/address eq 'ADA@example.net' and receivedDateTime lt 2026-11-02", ['Mail 1']],
    [`toRecipients/any(r:r/emailAddress/address eq '${SALES}') and receivedDateTime ge 2026-11-13`, ['With files']],
    ["singleValueExtendedProperties/any(ep: ep/id eq 'String {8eccc264-6880-4ebe-992f-8888d2eeaa1d} Name Case' and ep/value eq '42')", ['With files']],
    ["singleValueExtendedProperties/any(ep:ep/id eq 'String 0x1035' and ep/value eq '<Mail-4@example.net>')", ['Mail 4']],
  ])('is filtered by %s', async (filter, expected) => {
    expect(await subjects(`${inbox}?$select=subject&$top=50&$filter=${encodeURIComponent(filter)}`)).toEqual(expected);
  });

  it('is ordered as asked, and refuses an order its filter does not begin with', async () => {
    expect((await subjects(`${inbox}?$select=subject&$top=2&$orderby=receivedDateTime`))).toEqual(['Mail 1', 'Mail 2']);
    expect((await subjects(`${inbox}?$select=subject&$top=2&$filter=receivedDateTime ge 2026-11-03 and isRead eq true&$orderby=receivedDateTime asc`))).toEqual(['Mail 4', 'Mail 6']);
    const refused = await world.get(`${inbox}?$filter=isRead eq false&$orderby=receivedDateTime desc`);
    expect([refused.status, refused.json['error'].code]).toEqual([400, 'InefficientFilter']);
  });

  it('is searched in subject, sender and text, latest sending first', async () => {
    expect(await subjects(`${inbox}?$select=subject&$search="text 12"`)).toEqual(['Mail 12']);
    expect(await subjects(`${inbox}?$select=subject&$search="subject:files OR \\"Mail 3\\""`)).toHaveLength(2);
    expect(await subjects(`${inbox}?$select=subject&$search="hasattachment:true NOT subject:mail"`)).toEqual(['With files']);
    expect((await world.get(`${inbox}?$search="x"&$filter=isRead eq true`)).json['error'].code).toBe('SearchWithFilter');
  });

  it.each([
    ['$top=0', 'BadRequest'],
    ['$top=1001', 'BadRequest'],
    ['$select=subjekt', 'RequestBroker--ParseUri'],
    ['$filter=subjekt eq 1', 'RequestBroker--ParseUri'],
    ['$filter=subject eq', 'RequestBroker--ParseUri'],
    ["$filter=body/content eq 'x'", 'ErrorInvalidProperty'],
    ['$expand=nothing', 'RequestBroker--ParseUri'],
  ])('refuses ?%s', async (query, code) => {
    const { status, json } = await world.get(`${inbox}?${query}`);
    expect([status, json['error'].code]).toEqual([400, code]);
  });
});

describe('a message', () => {
  const at = (rest = ''): string => `/users/${SALES}/messages/${encodeURIComponent(mixedId)}${rest}`;

  it('has its body as it is, or as text when that is preferred', async () => {
    const html = await world.get(at());
    expect(html.json).toMatchObject({ bodyPreview: 'Hello Bob', body: { contentType: 'html', content: expect.stringContaining('<p>Hello <b>Bob</b></p>') as string } });
    const text = await world.get(at('?$select=body,uniqueBody'), { prefer: 'outlook.body-content-type="text"' });
    expect(text.json).toMatchObject({ body: { contentType: 'text', content: 'Hello Bob' }, uniqueBody: { contentType: 'text' } });
    expect(text.headers['preference-applied']).toBe('outlook.body-content-type="text"');
  });

  it('is the MIME text of this door at $value, and its header by name', async () => {
    const { text, headers } = await world.get(at('/$value'));
    expect(headers['content-type']).toBe('text/plain');
    expect(text).toContain('X-MS-Exchange-MessageSentRepresentingType: 1');
    const { json } = await world.get(at('?$select=internetMessageHeaders'));
    expect(json['internetMessageHeaders']).toContainEqual({ name: 'Subject', value: 'With files' });
  });

  it('has attachments of three kinds, each with its bytes', async () => {
    const { value } = await world.get(at('/attachments'));
    expect(value.map(({ '@odata.type': type, name, contentType }) => [type, name, contentType] as unknown)).toEqual([
      ['#microsoft.graph.fileAttachment', 'dot.png', 'image/png'],
      ['#microsoft.graph.itemAttachment', 'Within', null],
      ['#microsoft.graph.referenceAttachment', 'plan.docx', 'application/msword'],
    ]);
    expect(value[0]).toMatchObject({ contentBytes: PNG, isInline: false });
    const of = (index: number, rest = ''): string => at(`/attachments/${encodeURIComponent(value[index]!['id'] as string)}${rest}`);
    expect((await world.get(of(0, '/$value'))).bytes).toEqual(Buffer.from(PNG, 'base64'));
    expect((await world.get(of(1, '/$value'))).text).toContain('Subject: Within');
    const item = await world.get(of(1, '?$expand=microsoft.graph.itemattachment/item'));
    expect(item.json['item']).toMatchObject({ subject: 'Within', body: { contentType: 'text', content: expect.stringContaining('Inner text') as string } });
    expect((await world.get(at('/attachments/$count'))).text).toBe('3');
  });

  it('comes with what is expanded', async () => {
    const { json } = await world.get(at("?$select=subject&$expand=attachments($select=id,name),singleValueExtendedProperties($filter=id eq 'String {8ECCC264-6880-4EBE-992F-8888D2EEAA1D} Name Case')"));
    expect(json['attachments'].map(({ name }: { name: string }) => name)).toEqual(['dot.png', 'Within', 'plan.docx']);
    expect(json['singleValueExtendedProperties']).toEqual([{ id: 'String {8ECCC264-6880-4EBE-992F-8888D2EEAA1D} Name Case', value: '42' }]);
  });

  it('has one id that changes on a move, and one that does not', async () => {
    const message = world.put([...letter('Wanderer'), '', 'x'], { folder: 'drafts' });
    const ordinary = `/users/${SALES}/messages/${encodeURIComponent(world.mailbox.ordinaryId(message))}`;
    const { json } = await world.get(ordinary, { prefer: 'IdType="ImmutableId"' });
    world.mailbox.move(message, 'junkemail');
    expect((await world.get(ordinary)).status).toBe(404);
    const again = await world.get(`/users/${SALES}/messages/${encodeURIComponent(json['id'] as string)}?$select=id`);
    expect(again.json['id']).toBe(world.mailbox.ordinaryId(message));
    expect((await world.get(`/users/${SALES}/mailFolders/drafts/messages/${encodeURIComponent(json['id'] as string)}`)).status).toBe(404);
  });
});

describe('folders', () => {
  it('are listed one level at a time, hidden ones only when asked for', async () => {
    const hidden = world.mailbox.createFolder('msgfolderroot', 'Secret', { isHidden: true });
    const child = world.mailbox.createFolder('inbox', 'Projects');
    const names = async (path: string): Promise<unknown[]> => (await world.get(path)).value.map(({ displayName }) => displayName as unknown);
    expect(await names(`/users/${SALES}/mailFolders?$top=50`)).not.toContain('Secret');
    expect(await names(`/users/${SALES}/mailFolders?includeHiddenFolders=true&$top=50`)).toContain('Secret');
    expect(await names(`/users/${SALES}/mailFolders?$filter=displayName eq 'Inbox'`)).toEqual(['Inbox']);
    expect(await names(`/users/${SALES}/mailFolders('inbox')/childFolders`)).toEqual(['Projects']);
    expect((await world.get(`/users/${SALES}/mailFolders/inbox/childFolders/${world.mailbox.folderId(child)}/messages`)).value).toEqual([]);
    world.mailbox.removeFolder(hidden);
  });

  it('have counts, and are found by their well-known names in any case', async () => {
    const { json } = await world.get(`/USERS/${SALES}/MAILFOLDERS/Inbox`);
    expect(json).toMatchObject({ displayName: 'Inbox', totalItemCount: 13, unreadItemCount: 7, childFolderCount: 1, isHidden: false });
    world.fault('graph.stale-unread-count', { by: 3 }, 1);
    expect((await world.get(`/users/${SALES}/mailFolders/inbox?$select=unreadItemCount`)).json['unreadItemCount']).toBe(10);
  });
});
