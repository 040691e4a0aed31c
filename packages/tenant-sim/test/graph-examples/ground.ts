import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import type { Message } from '../../src/index.ts';
import { type GraphWorld, openGraph, SALES } from '../graph-world.ts';
import { openWebhook, type TestWebhook } from '../webhook.ts';

/** A mailbox in which every example finds what it is about. */
export interface Ground extends AsyncDisposable {
  readonly world: GraphWorld;
  readonly webhook: TestWebhook;
  readonly token: string;
  /** For `encryptionCertificate`. */
  readonly certificate: string;
  /** With a file, a message, a link, a contact and an event attached, an extended property and headers of its own. */
  received(): Message;
  draft(): Message;
  folder(): string;
  attachmentId(message: Message, name: string): Promise<string>;
  subscription(more?: object): Promise<string>;
  inAnHour(): string;
}

const part = (type: string, name: string, content: string): string[] => ['--b', `Content-Type: ${type}; name="${name}"`, `Content-Disposition: attachment; filename="${name}"`, '', content];

const INNER = [
  'From: <x@example.net>',
  'To: <y@example.net>',
  'Cc: <z@example.net>',
  'Subject: Inner',
  'Message-ID: <inner@example.net>',
  'Date: Tue, 24 Nov 2026 09:00:00 +0000',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=c',
  '',
  '--c',
  'Content-Type: text/plain',
  '',
  'Inner',
  '--c',
  'Content-Type: application/octet-stream; name=inner.bin',
  'Content-Disposition: attachment; filename=inner.bin',
  '',
  'inner',
  '--c--',
].join('\r\n');

const RECEIVED = [
  'From: "Ada" <ada@example.net>',
  `To: "Sales" <${SALES}>`,
  'Cc: <cc@example.net>',
  'Subject: Received',
  'Date: Tue, 24 Nov 2026 09:59:58 +0000',
  'Message-ID: <received@example.net>',
  'x-custom-header-group-name: Washington',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<html><body>The group represents <b>Nevada</b>.</body></html>',
  ...part('application/octet-stream', 'file.docx', 'content of the file'),
  ...part('message/rfc822', 'Reminder', INNER),
  ...part('message/external-body; access-type=URL', 'link.docx', 'Content-Type: application/msword\r\n\r\n'),
  ...part('text/vcard', 'contact.vcf', 'BEGIN:VCARD\r\nEND:VCARD'),
  ...part('text/calendar', 'event.ics', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR'),
  '--b--',
];

const COLOR = 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color';
const SCOPES = ['Mail.ReadWrite', 'Mail.Send', 'User.Read'];

export async function openGround(): Promise<Ground> {
  const webhook = await openWebhook();
  const world = await openGraph();
  const token = await world.userToken(SALES, { scopes: SCOPES, claims: { xms_cc: ['cp1'] } });
  const { cert } = await generate([{ name: 'commonName', value: 'x' }], { keySize: 2_048 });
  const { mailbox } = world;
  const inAnHour = (): string => new Date(world.tenant.clock.now().getTime() + 3_600_000).toISOString();
  return {
    world,
    webhook,
    token,
    certificate: new X509Certificate(cert).raw.toString('base64'),
    inAnHour,
    received: () => world.put(RECEIVED, { properties: { [COLOR]: 'Green' } }),
    draft: () => world.put([`From: <${SALES}>`, 'To: <ada@example.net>', 'Subject: Draft', '', 'x'], { folder: 'drafts', isDraft: true }),
    folder() {
      const folder = mailbox.createFolder('inbox', crypto.randomUUID());
      mailbox.createFolder(folder, 'Within');
      mailbox.createFolder(folder, 'Hidden', { isHidden: true });
      return mailbox.folderId(folder);
    },
    async attachmentId(message, name) {
      const { value } = await world.ask('GET', `/me/messages/${encodeURIComponent(mailbox.ordinaryId(message))}/attachments`, { token });
      return value.find((attachment) => attachment['name'] === name)!['id'] as string;
    },
    async subscription(more = {}) {
      const body = { changeType: 'created,updated', notificationUrl: webhook.url, lifecycleNotificationUrl: webhook.url, resource: 'me/messages', expirationDateTime: inAnHour(), clientState: 'state', ...more };
      return (await world.ask('POST', '/subscriptions', { token, body })).json['id'] as string;
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await webhook[Symbol.asyncDispose]();
    },
  };
}
