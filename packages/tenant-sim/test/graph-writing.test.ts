import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type GraphWorld, openGraph, SALES, SUPPORT } from './graph-world.ts';

let world: GraphWorld;
beforeEach(async () => {
  world = await openGraph({ startAt: new Date('2026-11-24T10:00:00Z') });
});
afterEach(() => world[Symbol.asyncDispose]());

const IMMUTABLE = { prefer: 'IdType="ImmutableId"' };
const user = `/users/${SALES}`;
const to = (...addresses: string[]) => addresses.map((address) => ({ emailAddress: { address } }));
const at = ({ json }: Answer, rest = ''): string => `${user}/messages/${encodeURIComponent(json['id'] as string)}${rest}`;
const codeOf = ({ status, json }: Answer): unknown => [status, json['error'].code];
const textOf = (folder: string, address = SALES): string => world.tenant.store.mailbox(address)!.folder(folder)!.messages.at(-1)?.source.read().toString() ?? '';
const draft = (more: object = {}): Promise<Answer> => world.post(`${user}/messages`, { subject: 'Plan', body: { contentType: 'HTML', content: 'We <b>go</b>' }, toRecipients: to(SUPPORT), ...more });

describe('a draft', () => {
  it('is made of JSON, complete, with a Message-ID of its own', async () => {
    const created = await draft({ importance: 'High', internetMessageHeaders: [{ name: 'x-case', value: '42' }] });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ subject: 'Plan', isDraft: true, isRead: true, importance: 'high', bodyPreview: 'We go', toRecipients: [{ emailAddress: { name: 'Support', address: SUPPORT } }], internetMessageId: expect.stringMatching(/^<.+@contoso\.test>$/) as string });
    expect(textOf('drafts')).toMatch(/^x-case: 42\r\n/im);
  });

  it('is made of MIME in base64, byte for byte', async () => {
    const raw = `From: <${SALES}>\r\nMessage-ID: <own@x>\r\nIn-Reply-To: <before@x>\r\nSubject: Mime\r\n\r\nText\r\n`;
    const created = await world.post(`${user}/messages`, Buffer.from(raw).toString('base64'), { 'content-type': 'text/plain' });
    expect(created.json).toMatchObject({ internetMessageId: '<own@x>', isDraft: true });
    expect(textOf('drafts')).toBe(raw);
    expect(codeOf(await world.post(`${user}/messages`, '!!!', { 'content-type': 'text/plain' }))).toEqual([400, 'ErrorMimeContentInvalidBase64String']);
  });

  it('goes into another folder when made there', async () => {
    expect((await world.post(`${user}/mailFolders/archive/messages`, { subject: 'x' })).json['parentFolderId']).toBe(world.mailbox.folderId(world.mailbox.folder('archive')!));
  });

  it('has the header fields that extended properties stand for, and is no draft when they say so', async () => {
    const created = await draft({
      singleValueExtendedProperties: [
        { id: 'String 0x1042', value: '<parent@x>' },
        { id: 'String 0x1039', value: '<root@x> <parent@x>' },
        { id: 'Integer 0x0E07', value: '1' },
        { id: 'SystemTime 0x0E06', value: '2020-02-03T04:05:06Z' },
      ],
    });
    expect(created.json).toMatchObject({ isDraft: false, receivedDateTime: '2020-02-03T04:05:06Z' });
    expect(textOf('drafts')).toMatch(/In-Reply-To: <parent@x>[\s\S]*References: <root@x> <parent@x>/);
  });

  it('has fields of any name that are set as internet headers, and keeps them when something is attached', async () => {
    const named = (name: string) => `String {00020386-0000-0000-C000-000000000046} Name ${name}`;
    const created = await draft({ internetMessageHeaders: [{ name: 'x-case', value: '42' }], singleValueExtendedProperties: [{ id: named('Auto-Submitted'), value: 'auto-replied' }, { id: named('X-Sixth'), value: '6' }] });
    await world.post(at(created, '/attachments'), { '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.txt', contentBytes: 'QQ==' });
    expect(textOf('drafts').match(/^(?:x-case|auto-submitted|x-sixth): .*$/gim)).toEqual(['X-Case: 42', 'Auto-Submitted: auto-replied', 'X-Sixth: 6']);
  });

  it('is changed in what it says and in its state, and keeps the rest', async () => {
    const created = await draft({ attachments: [{ '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.txt', contentBytes: 'QQ==' }], internetMessageHeaders: [{ name: 'x-case', value: '42' }] });
    const changed = await world.patch(at(created), { subject: 'Other', ccRecipients: to('ada@example.org'), isRead: false, flag: { flagStatus: 'flagged' }, categories: ['Red'], internetMessageId: '<mine@x>' });
    expect(changed.json).toMatchObject({ id: created.json['id'], subject: 'Other', ccRecipients: to('ada@example.org').map(({ emailAddress: { address } }) => ({ emailAddress: { name: address, address } })), isRead: false, flag: { flagStatus: 'flagged' }, categories: ['Red'], hasAttachments: true, internetMessageId: '<mine@x>', body: { content: expect.stringContaining('We <b>go</b>') as string } });
    expect(changed.json['changeKey']).not.toBe(created.json['changeKey']);
    expect(textOf('drafts')).toMatch(/^x-case: 42/im);
  });

  it.each([
    [{ subjekt: 'x' }, 'RequestBodyRead'],
    [{ importance: 'urgent' }, 'RequestBodyRead'],
    [{ internetMessageHeaders: [{ name: 'In-Reply-To', value: '<1@x>' }] }, 'InvalidInternetMessageHeader'],
    [{ internetMessageHeaders: Array.from({ length: 6 }, (_, index) => ({ name: `x-${index}`, value: 'x' })) }, 'InvalidInternetMessageHeaderCollection'],
    [{ singleValueExtendedProperties: [{ id: 'nonsense', value: 'x' }] }, 'ErrorInvalidPropertyId'],
  ])('is refused with %j', async (body, code) => {
    expect(codeOf(await draft(body))).toEqual([400, code]);
    expect(world.mailbox.folder('drafts')!.messages).toEqual([]);
  });

  it('is not changed by someone who saw an older version', async () => {
    const created = await draft();
    const etag = created.json['@odata.etag'] as string;
    expect((await world.patch(at(created), { isRead: false }, { 'if-match': etag })).status).toBe(200);
    expect(codeOf(await world.patch(at(created), { isRead: true }, { 'if-match': etag }))).toEqual([412, 'ErrorIrresolvableConflict']);
  });
});

describe('a received message', () => {
  const received = (): Promise<Answer> => world.get(`${user}/messages/${encodeURIComponent(world.mailbox.ordinaryId(world.put(['From: <a@example.net>', 'Subject: In', 'Importance: high', '', 'Text'])))}`);

  it('may be changed in what it says only with another permission from the end of 2026 on', async () => {
    const message = await received();
    expect((await world.patch(at(message), { subject: 'Before' })).status).toBe(200);
    world.tenant.clock.set(new Date('2026-12-31T00:00:01Z'));
    const [plain, advanced] = await Promise.all([world.token(), world.token({ roles: ['Mail.ReadWrite', 'Mail-Advanced.ReadWrite.All'] })]);
    expect((await world.ask('PATCH', at(message), { token: plain, body: { subject: 'After' } })).status).toBe(403);
    expect((await world.ask('PATCH', at(message), { token: plain, body: { isRead: true, importance: 'normal' } })).json).toMatchObject({ isRead: true, importance: 'normal' });
    expect((await world.ask('PATCH', at(message), { token: advanced, body: { subject: 'After' } })).json['subject']).toBe('After');
  });

  it('moves under a new id, or the same when that is immutable; a copy is another', async () => {
    const message = await received();
    const moved = await world.post(at(message, '/move'), { destinationId: 'archive' });
    expect([moved.status, moved.json['id'] === message.json['id']]).toEqual([201, false]);
    const immutable = await world.get(at(moved), IMMUTABLE);
    const again = await world.post(at(immutable, '/move'), { DestinationId: 'inbox' }, IMMUTABLE);
    expect(again.json['id']).toBe(immutable.json['id']);
    const copy = await world.post(at(again, '/copy'), { destinationId: 'archive' }, IMMUTABLE);
    expect([copy.status, copy.json['id'] === again.json['id'], copy.json['receivedDateTime'] === again.json['receivedDateTime']]).toEqual([201, false, true]);
    expect(codeOf(await world.post(at(again, '/move'), { destinationId: 'nowhere' }))).toEqual([400, 'ErrorInvalidIdMalformed']);
  });

  it('is deleted by degrees, or for good', async () => {
    const message = await world.get(at(await received()), IMMUTABLE);
    const stored = world.mailbox.message(message.json['id'] as string)!;
    expect((await world.ask('DELETE', at(message))).status).toBe(204);
    expect(stored.folder.wellKnown).toBe('deleteditems');
    expect((await world.ask('DELETE', at(message))).status).toBe(204);
    expect(stored.folder.wellKnown).toBe('recoverableitemsdeletions');
    const other = await received();
    expect((await world.post(at(other, '/permanentDelete'))).status).toBe(204);
    expect((await world.get(at(other))).status).toBe(404);
  });

  it('answers nothing to a change when a minimal answer is preferred', async () => {
    const answer = await world.ask('PATCH', at(await received()), { body: { isRead: true }, headers: { prefer: 'return=minimal' }, isPartial: true });
    expect([answer.status, answer.text, answer.headers['preference-applied']]).toEqual([204, '', 'return=minimal']);
  });
});

describe('sending', () => {
  const submitted = () => world.tenant.mailFlow.submitted;

  it('takes a message at once, in JSON, with a copy unless told otherwise', async () => {
    const message = { subject: 'Now', body: { contentType: 'Text', content: 'x' }, toRecipients: to(SUPPORT), bccRecipients: to('ada@example.org') };
    expect((await world.post(`${user}/sendMail`, { message })).status).toBe(202);
    expect((await world.post(`${user}/sendMail`, { Message: message, SaveToSentItems: 'false' })).status).toBe(202);
    expect(submitted().map(({ rcptTo }) => rcptTo)).toEqual([[SUPPORT, 'ada@example.org'], [SUPPORT, 'ada@example.org']]);
    expect(world.mailbox.folder('sentitems')!.messages).toHaveLength(1);
    expect(textOf('inbox', SUPPORT)).toMatch(/From: <?sales@contoso\.test>?/);
    expect(textOf('inbox', SUPPORT)).not.toContain('ada@example.org');
  });

  it('takes MIME with its header fields', async () => {
    const raw = `From: <${SALES}>\r\nTo: <${SUPPORT}>\r\nMessage-ID: <own@x>\r\nList-Unsubscribe: <mailto:x@y.test>\r\nSubject: Mime\r\n\r\nText\r\n`;
    expect((await world.post(`${user}/sendMail`, Buffer.from(raw).toString('base64'), { 'content-type': 'text/plain' })).status).toBe(202);
    expect(textOf('inbox', SUPPORT)).toContain('List-Unsubscribe');
  });

  it('turns a draft into the copy, whose immutable id stays; a second time is refused', async () => {
    const created = await world.post(`${user}/messages`, { subject: 'Plan', toRecipients: to(SUPPORT) }, IMMUTABLE);
    expect((await world.post(at(created, '/send'))).status).toBe(202);
    const sent = await world.get(at(created), IMMUTABLE);
    expect(sent.json).toMatchObject({ isDraft: false, parentFolderId: world.mailbox.folderId(world.mailbox.folder('sentitems')!), internetMessageId: created.json['internetMessageId'] });
    expect((await world.post(at(created, '/send'))).status).toBe(400);
    expect(submitted()).toHaveLength(1);
  });

  it('leaves the mail in Drafts while the copy is late, and does not send it again', async () => {
    world.fault('delivery.sent-copy-late', { ms: 300_000 }, 1);
    const created = await world.post(`${user}/messages`, { subject: 'Plan', toRecipients: to(SUPPORT) }, IMMUTABLE);
    expect((await world.post(at(created, '/send'))).status).toBe(202);
    expect((await world.get(at(created), IMMUTABLE)).json).toMatchObject({ isDraft: true });
    expect((await world.post(at(created, '/send'))).status).toBe(400);
    world.tenant.clock.jump(300_000);
    await world.tenant.mailFlow.idle();
    expect((await world.get(at(created), IMMUTABLE)).json).toMatchObject({ isDraft: false });
    expect(submitted()).toHaveLength(1);
  });

  it('carries a request out and refuses it nevertheless when the fault says so', async () => {
    world.fault('http.refuse', { status: 504, when: 'after', path: 'sendMail' }, 1);
    expect((await world.post(`${user}/sendMail`, { message: { subject: 'x', toRecipients: to(SUPPORT) } })).status).toBe(504);
    expect(submitted()).toHaveLength(1);
    world.fault('http.drop-response', { path: 'sendMail' }, 1);
    await expect(world.post(`${user}/sendMail`, { message: { subject: 'y', toRecipients: to(SUPPORT) } })).rejects.toThrow(/closed|socket|reset/i);
    expect(submitted()).toHaveLength(2);
  });

  it('is refused from a foreign address, without recipients, and beyond the limits', async () => {
    const send = (message: object): Promise<Answer> => world.post(`${user}/sendMail`, { message: { subject: 'x', ...message } });
    expect(codeOf(await send({ toRecipients: to(SUPPORT), from: { emailAddress: { address: 'ada@example.org' } } }))).toEqual([403, 'ErrorSendAsDenied']);
    expect(codeOf(await send({}))).toEqual([400, 'ErrorInvalidRecipients']);
    expect(codeOf(await send({ toRecipients: to('nobody') }))).toEqual([400, 'ErrorInvalidRecipients']);
    world.tenant.directory.updateTenant({ limits: { ...world.tenant.directory.tenant.limits, recipientsPerDay: 1, messageBytes: 2_000 } });
    expect(codeOf(await send({ toRecipients: to(SUPPORT, 'ada@example.org') }))).toEqual([429, 'ErrorExceededMessageLimit']);
    expect(codeOf(await send({ toRecipients: to(SUPPORT), body: { contentType: 'text', content: 'x'.repeat(3_000) } }))).toEqual([400, 'ErrorMessageSizeExceeded']);
    expect(submitted()).toEqual([]);
  });

  it('is refused when the request has more than four megabytes', async () => {
    const answer = await world.post(`${user}/sendMail`, { message: { subject: 'x', body: { contentType: 'text', content: 'x'.repeat(4_200_000) }, toRecipients: to(SUPPORT) } });
    expect(codeOf(answer)).toEqual([413, 'requestEntityTooLarge']);
  });
});

describe('answering', () => {
  const received = (...headers: string[]): Promise<Answer> =>
    world.get(`${user}/messages/${encodeURIComponent(world.mailbox.ordinaryId(world.put(['From: "Ada" <ada@example.org>', `To: <${SALES}>, <bob@example.org>`, 'Cc: <eve@example.org>', 'Subject: Question', 'Message-ID: <q@example.org>', ...headers, '', 'Why?'])))}`);

  it('makes a draft to who wrote, in the thread, with the question below', async () => {
    const reply = await world.post(at(await received(), '/createReply'), { comment: 'Because.' });
    expect([reply.status, reply.json['subject'], reply.json['toRecipients']]).toEqual([201, 'RE: Question', [{ emailAddress: { name: 'Ada', address: 'ada@example.org' } }]]);
    expect(reply.json['body'].content).toMatch(/Because\.[\s\S]*divRplyFwdMsg[\s\S]*Why\?/);
    expect(textOf('drafts')).toMatch(/In-Reply-To: <q@example\.org>[\s\S]*References: <q@example\.org>/);
    const unique = await world.get(at(reply, '?$select=uniqueBody'));
    expect(unique.json['uniqueBody'].content).not.toContain('Why?');
  });

  it('goes to all others with replyAll, and to Reply-To where there is one', async () => {
    const all = await world.post(at(await received(), '/createReplyAll'), {});
    expect([all.json['toRecipients'], all.json['ccRecipients']].map((list) => list.map(({ emailAddress }: { emailAddress: { address: string } }) => emailAddress.address))).toEqual([['ada@example.org', 'bob@example.org'], ['eve@example.org']]);
    await world.post(at(await received('Reply-To: <desk@example.org>'), '/reply'), { comment: 'Ok' });
    expect(world.tenant.mailFlow.submitted[0]?.rcptTo).toEqual(['desk@example.org']);
  });

  it('forwards with what was attached', async () => {
    const message = await world.post(`${user}/messages`, { subject: 'With file', attachments: [{ '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.txt', contentBytes: 'QQ==' }] });
    expect((await world.post(at(message, '/forward'), { comment: 'See', toRecipients: to(SUPPORT) })).status).toBe(202);
    expect(textOf('inbox', SUPPORT)).toMatch(/Subject: FW: With file[\s\S]*filename="?a\.txt/);
  });

  it('takes MIME, and puts it into the thread', async () => {
    const raw = `From: <${SALES}>\r\nSubject: Own words\r\n\r\nText\r\n`;
    expect((await world.post(at(await received(), '/reply'), Buffer.from(raw).toString('base64'), { 'content-type': 'text/plain' })).status).toBe(202);
    const [mail] = world.tenant.mailFlow.submitted;
    expect([mail?.rcptTo, mail?.raw.toString()]).toEqual([['ada@example.org'], expect.stringMatching(/In-Reply-To: <q@example\.org>[\s\S]*Subject: Own words/)]);
  });

  it('remembers that it was answered', async () => {
    const message = await received();
    await world.post(at(message, '/reply'), { comment: 'x' });
    expect(world.mailbox.message(message.json['id'] as string)).toMatchObject({ isAnswered: true });
  });

  it.each([
    ['/reply', { comment: 'a', message: { body: { contentType: 'text', content: 'b' } } }],
    ['/forward', { comment: 'a' }],
    ['/forward', { toRecipients: to(SUPPORT), message: { toRecipients: to(SUPPORT) } }],
  ])('refuses %s %j', async (action, body) => {
    expect((await world.post(at(await received(), action), body)).status).toBe(400);
    expect(world.tenant.mailFlow.submitted).toEqual([]);
  });
});

describe('folders', () => {
  it('are made, renamed, moved, copied and deleted', async () => {
    const made = await world.post(`${user}/mailFolders`, { displayName: 'Projects', isHidden: false });
    expect(made.status).toBe(201);
    const path = `${user}/mailFolders/${encodeURIComponent(made.json['id'] as string)}`;
    expect((await world.post(`${path}/childFolders`, { displayName: 'Inner' })).status).toBe(201);
    world.put(['Subject: a', '', 'x'], { folder: made.json['id'] as string });
    expect(codeOf(await world.post(`${user}/mailFolders`, { displayName: 'projects' }))).toEqual([409, 'ErrorFolderExists']);
    expect((await world.patch(path, { displayName: 'Work' })).json['displayName']).toBe('Work');
    expect((await world.post(`${path}/copy`, { destinationId: 'archive' })).json).toMatchObject({ displayName: 'Work', totalItemCount: 1, childFolderCount: 1 });
    expect((await world.post(`${path}/move`, { destinationId: 'inbox' })).json['parentFolderId']).toBe(world.mailbox.folderId(world.mailbox.folder('inbox')!));
    expect((await world.ask('DELETE', path)).status).toBe(204);
    expect((await world.get(path)).json['parentFolderId']).toBe(world.mailbox.folderId(world.mailbox.folder('deleteditems')!));
    expect((await world.post(`${path}/permanentDelete`)).status).toBe(204);
    expect((await world.get(path)).status).toBe(404);
    expect(codeOf(await world.ask('DELETE', `${user}/mailFolders/inbox`))).toEqual([400, 'ErrorDeleteDistinguishedFolder']);
  });
});

describe('attachments', () => {
  it('are added and removed, and keep their ids meanwhile', async () => {
    const message = await draft();
    const add = (name: string): Promise<Answer> => world.post(at(message, '/attachments'), { '@odata.type': '#microsoft.graph.fileAttachment', name, contentBytes: 'QUJD', contentType: 'text/plain' });
    const [a, b] = [await add('a.txt'), await add('b.txt')];
    expect(a).toMatchObject({ status: 201, json: { name: 'a.txt', contentType: 'text/plain', isInline: false } });
    expect((await world.ask('DELETE', at(message, `/attachments/${encodeURIComponent(a.json['id'] as string)}`))).status).toBe(204);
    expect((await world.get(at(message, '/attachments'))).value.map(({ id }) => id as unknown)).toEqual([b.json['id']]);
    expect((await world.get(at(message, `/attachments/${encodeURIComponent(b.json['id'] as string)}/$value`))).text).toBe('ABC');
    const item = await world.post(at(message, '/attachments'), { '@odata.type': '#microsoft.graph.itemAttachment', name: 'Within', item: { '@odata.type': 'microsoft.graph.message', subject: 'Inner', body: { contentType: 'text', content: 'x' } } });
    expect(item.json).toMatchObject({ '@odata.type': '#microsoft.graph.itemAttachment', name: 'Within' });
    // A message that is attached keeps its id too when its surroundings are written anew.
    await add('c.txt');
    expect((await world.get(at(message, '/attachments'))).value.map(({ id }) => id as unknown)).toEqual(expect.arrayContaining([b.json['id'], item.json['id']]));
  });
});

describe('ids', () => {
  it('are translated from one form into another and back', async () => {
    const { json } = await draft();
    const token = await world.token({ roles: ['Mail.Read', 'User.Read.All'] });
    const translate = async (inputIds: unknown[], sourceIdType: string, targetIdType: string) => (await world.ask('POST', `${user}/translateExchangeIds`, { token, body: { inputIds, sourceIdType, targetIdType } })).value;
    for (const type of ['entryId', 'ewsId', 'restImmutableEntryId', 'immutableEntryId']) {
      const [{ targetId }] = (await translate([json['id']], 'restId', type)) as [{ targetId: string }];
      expect(await translate([targetId], type, 'restId')).toEqual([{ sourceId: targetId, targetId: json['id'] }]);
    }
    expect(await translate(['x'], 'restId', 'ewsId')).toEqual([{ sourceId: 'x', errorDetails: { code: 'ErrorInvalidIdMalformed', message: 'Id is malformed.' } }]);
  });
});
