import { constants, createDecipheriv, createHmac, generateKeyPairSync, privateDecrypt, X509Certificate } from 'node:crypto';
import { decodeJwt } from 'jose';
import { generate } from 'selfsigned';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validatorOf } from './closed-schemas.ts';
import { type Answer, type GraphWorld, openGraph, SALES, SUPPORT } from './graph-world.ts';
import { openWebhook, type TestWebhook } from './webhook.ts';

let world: GraphWorld;
let webhook: TestWebhook;
beforeEach(async () => {
  webhook = await openWebhook();
  world = await openGraph();
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await webhook[Symbol.asyncDispose]();
});

const MINUTE = 60_000;
const inMinutes = (minutes: number): string => new Date(world.tenant.clock.now().getTime() + minutes * MINUTE).toISOString();
const inbox = `/users/${SALES}/mailFolders('inbox')/messages`;
const subscribe = (more: object = {}, headers: Record<string, string> = {}): Promise<Answer> =>
  world.post('/subscriptions', { changeType: 'created,updated,deleted', notificationUrl: `${webhook.url}/news`, resource: inbox, expirationDateTime: inMinutes(60), clientState: 'state', ...more }, headers);
const codeOf = ({ status, json }: Answer): unknown => [status, json['error'].code];
const mail = (subject = 'a') => world.put([`Subject: ${subject}`, 'From: <a@example.net>', '', 'x']);
const kinds = (notifications: readonly Record<string, unknown>[]): unknown[] => notifications.map(({ changeType, lifecycleEvent }) => changeType ?? lifecycleEvent);
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

describe('a subscription', () => {
  it('is made once its address has answered the decoded token', async () => {
    const made = await subscribe({ lifecycleNotificationUrl: `${webhook.url}/life` });
    expect(made).toMatchObject({ status: 201, json: { resource: inbox, changeType: 'created,updated,deleted', clientState: 'state', applicationId: world.tenant.directory.apps()[0]!.clientId } });
    expect((await world.get('/subscriptions')).value).toHaveLength(1);
    expect((await world.get(`/subscriptions/${made.json['id']}`)).json['id']).toBe(made.json['id']);
  });

  it.each([
    ['another status', () => ({ status: 201 })],
    ['another type', () => ({ contentType: 'application/json' })],
    ['the token still encoded', (token: string) => ({ text: encodeURIComponent(token) })],
  ])('is refused when the address answers with %s', async (_name, handshake) => {
    webhook.handshake = handshake;
    expect(codeOf(await subscribe())).toEqual([400, 'ValidationError']);
    expect((await world.get('/subscriptions')).value).toEqual([]);
  });

  it('is refused when the address takes more than ten seconds, or is not there', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    webhook.handshake = () => {
      resolve();
      return 'never';
    };
    const pending = subscribe();
    await asked;
    world.tenant.clock.jump(10_000);
    expect(codeOf(await pending)).toEqual([400, 'ValidationError']);
    expect(codeOf(await subscribe({ notificationUrl: 'http://127.0.0.1:9/x' }))).toEqual([400, 'ValidationError']);
  });

  it.each([
    [{ changeType: 'moved' }, 400],
    [{ notificationUrl: 'http://example.org/x' }, 400],
    [{ resource: '/teams/x/channels' }, 400],
    [{ resource: '/users/nobody@contoso.test/messages' }, 404],
    [{ clientState: 'x'.repeat(129) }, 400],
    [{ expirationDateTime: '2020-01-01T00:00:00Z' }, 400],
  ])('is refused with %j', async (more, status) => {
    expect((await subscribe(more)).status).toBe(status);
  });

  it('lives for less than seven days and 45 minutes at least, and is renewed before it ends', async () => {
    expect((await subscribe({ expirationDateTime: inMinutes(10_081) })).status).toBe(400);
    const { json } = await subscribe({ expirationDateTime: inMinutes(5) });
    expect(Date.parse(json['expirationDateTime'] as string)).toBeGreaterThan(world.tenant.clock.now().getTime() + 44 * MINUTE);
    const path = `/subscriptions/${json['id']}`;
    const until = inMinutes(120);
    expect((await world.patch(path, { expirationDateTime: until })).json['expirationDateTime']).toBe(until);
    expect((await world.post(`${path}/reauthorize`)).status).toBe(204);
    world.tenant.clock.jump(121 * MINUTE);
    const token = await world.token();
    expect((await world.ask('GET', path, { token })).status).toBe(404);
    mail();
    await quiet();
    expect(webhook.received).toEqual([]);
  });

  it('is seen by the app that made it, and ends when it is deleted', async () => {
    const path = `/subscriptions/${(await subscribe()).json['id']}`;
    const other = await world.token({ app: world.tenant.directory.addApp({}) });
    expect((await world.ask('GET', path, { token: other })).status).toBe(404);
    expect((await world.ask('DELETE', path)).status).toBe(204);
    mail();
    await quiet();
    expect(webhook.received).toEqual([]);
  });
});

describe('a notification', () => {
  it('tells what was created, changed and deleted, in the documented shape', async () => {
    const { json } = await subscribe({}, { prefer: 'IdType="ImmutableId"' });
    const message = mail();
    await webhook.until(1);
    world.mailbox.update(message, { isRead: true });
    await webhook.until(2);
    world.mailbox.move(message, 'archive');
    const told = await webhook.until(3);
    expect(kinds(told)).toEqual(['created', 'updated', 'deleted']);
    expect(told[0]).toMatchObject({ subscriptionId: json['id'], clientState: 'state', tenantId: world.tenant.directory.tenant.id, resourceData: { '@odata.type': '#Microsoft.Graph.Message', id: world.mailbox.immutableId(message) } });
    const validate = validatorOf('microsoft.graph.changeNotificationCollection');
    for (const { json: collection } of webhook.received) expect([validate(collection), validate.errors]).toEqual([true, null]);
    expect(webhook.received[0]?.contentType).toBe('application/json; charset=utf-8');
  });

  it('tells only the kinds that were asked for, of the folder that was asked for', async () => {
    await subscribe({ changeType: 'created' });
    const message = mail();
    world.mailbox.update(message, { isRead: true });
    world.put(['Subject: elsewhere', '', 'x'], { folder: 'archive' });
    mail('b');
    await webhook.until(2);
    await quiet();
    expect(kinds(await webhook.until(2))).toEqual(['created', 'created']);
  });

  it('takes reading for deleting where unread mail is watched', async () => {
    await subscribe({ resource: `${inbox}?$filter=isRead eq false` });
    const message = mail();
    await webhook.until(1);
    world.mailbox.update(message, { isRead: true });
    await webhook.until(2);
    world.mailbox.update(message, { isRead: false });
    expect(kinds(await webhook.until(3))).toEqual(['created', 'deleted', 'created']);
  });

  it('can be lost, doubled and late', async () => {
    await subscribe({ changeType: 'created' });
    world.fault('graph.notification-lost', { mailbox: SALES }, 1);
    mail('lost');
    world.fault('graph.notification-duplicated', {}, 1);
    mail('doubled');
    await webhook.until(2);
    world.fault('graph.notification-late', { ms: 60_000 }, 1);
    mail('late');
    await quiet();
    expect(webhook.received).toHaveLength(2);
    world.tenant.clock.jump(60_000);
    expect(await webhook.until(3)).toHaveLength(3);
    expect(world.tenant.faults.list().map(({ struck }) => struck)).toEqual([1, 1, 1]);
  });

  it('is sent again until it is taken, for four hours', async () => {
    await subscribe({ changeType: 'created' });
    webhook.status = 503;
    mail();
    await webhook.until(1);
    webhook.status = 202;
    while (webhook.received.length < 2) {
      world.tenant.clock.jump(10_000);
      await quiet();
    }
    const [first, second] = await webhook.until(2);
    expect(second).toEqual(first);
    await quiet();
    world.tenant.clock.jump(5 * 3_600_000);
    await quiet();
    expect(webhook.received).toHaveLength(2);
  });

  it('brings the message encrypted, for whoever has the key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'x' }], { keySize: 2_048 });
    const rich = { resource: `${inbox}?$select=subject`, changeType: 'created', includeResourceData: true, encryptionCertificate: new X509Certificate(cert).raw.toString('base64'), encryptionCertificateId: 'mine' };
    expect((await subscribe({ ...rich, expirationDateTime: inMinutes(1_441) })).status).toBe(400);
    expect((await subscribe({ ...rich, resource: `${inbox}?$select=body` })).status).toBe(400);
    expect((await subscribe(rich)).status).toBe(201);
    mail('Secret');
    const [told] = await webhook.until(1);
    const { data, dataKey, dataSignature, encryptionCertificateId } = told!['encryptedContent'] as Record<string, string>;
    const symmetric = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, Buffer.from(dataKey!, 'base64'));
    expect(createHmac('sha256', symmetric).update(Buffer.from(data!, 'base64')).digest('base64')).toBe(dataSignature);
    const decipher = createDecipheriv('aes-256-cbc', symmetric, symmetric.subarray(0, 16));
    expect(JSON.parse(decipher.update(data!, 'base64', 'utf8') + decipher.final('utf8'))).toMatchObject({ subject: 'Secret' });
    expect(encryptionCertificateId).toBe('mine');
    const claims = decodeJwt(webhook.received[0]!.json.validationTokens![0]!);
    expect(claims).toMatchObject({ aud: world.tenant.directory.apps()[0]!.clientId, azp: '0bf30f3b-4a52-48df-9a82-234910c4a086' });
    expect(() => privateDecrypt(privateKey, Buffer.from(dataKey!, 'base64'))).toThrow(/./);
  });
});

describe('lifecycle events', () => {
  it('go to their own address, and one of them ends the subscription', async () => {
    const { json } = await subscribe({ lifecycleNotificationUrl: `${webhook.url}/life` });
    for (const [index, event] of (['missed', 'reauthorizationRequired', 'subscriptionRemoved'] as const).entries()) {
      world.fault('graph.lifecycle', { event, mailbox: SALES }, 1);
      await webhook.until(index + 1);
    }
    expect(kinds(await webhook.until(3))).toEqual(['missed', 'reauthorizationRequired', 'subscriptionRemoved']);
    expect(new Set(webhook.received.map(({ path }) => path))).toEqual(new Set(['/life']));
    expect((await world.get(`/subscriptions/${json['id']}`)).status).toBe(404);
  });

  it('strike only where they are meant to', async () => {
    await subscribe({ lifecycleNotificationUrl: `${webhook.url}/life` });
    world.fault('graph.lifecycle', { event: 'missed', mailbox: SUPPORT }, 1);
    await quiet();
    expect([webhook.received, world.tenant.faults.list()[0]?.struck]).toEqual([[], 0]);
  });
});
