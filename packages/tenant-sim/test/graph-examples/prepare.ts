import { SALES, SUPPORT } from '../graph-world.ts';
import type { Example } from './example.ts';
import type { Ground } from './ground.ts';

/** An example's request, with the ids of the prepared mailbox in the place of its own. */
export interface Prepared {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** Attachments the examples ask for, by the number they begin with; any other asks for the file. */
const ATTACHMENTS: Readonly<Record<string, string>> = { '045': 'Reminder', '046': 'Reminder', '047': 'Reminder', '048': 'link.docx', '050': 'contact.vcf', '051': 'event.ics', '052': 'Reminder' };
const ACTS_ON_FOLDER = new Set(['PATCH', 'DELETE']);

export async function prepare(ground: Ground, { id, request, response }: Example): Promise<Prepared> {
  const path = await pathOf(ground, id, request.method, request.path);
  const body = request.bodyText === undefined ? await bodyOf(ground, id, request.body) : mimeOf(request.bodyText, response?.status ?? 200);
  const given = Object.entries(request.headers).filter(([name]) => !/^(content-length|authorization)$/i.test(name));
  return {
    method: request.method,
    path: `${path}${request.query === null ? '' : `?${request.query}`}`,
    headers: Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value])),
    ...(body !== undefined && { body }),
  };
}

/** `/v1.0/me/messages/{id}` and the rest, whatever stands for the ids. */
async function pathOf(ground: Ground, id: string, method: string, given: string): Promise<string> {
  const { mailbox } = ground.world;
  const segments = given
    .replace(/^\/(v1\.0|beta|api\/v1\.0)/, '')
    .replace(/^\/users\/\{[^}]*\}|^\/Users\('[^']*'\)/, '/me')
    .replaceAll(/\('([^']*)'\)/g, '/$1')
    .split('/')
    .filter((segment) => segment !== '');
  const message = segments.at(-1) === 'send' ? ground.draft() : ground.received();
  const actsOnFolder = ACTS_ON_FOLDER.has(method) || segments.at(-1) === 'move' || segments.at(-1) === 'copy';
  const path: string[] = [];
  for (const segment of segments) {
    const before = path.at(-1)?.toLowerCase();
    if (before === 'messages' && segment !== 'delta') path.push(encodeURIComponent(mailbox.ordinaryId(message)));
    else if (before === 'mailfolders' && segment !== 'delta') path.push(actsOnFolder || segments.includes('childFolders') ? ground.folder() : 'inbox');
    else if (before === 'attachments' && segment !== 'createUploadSession') path.push(encodeURIComponent(await ground.attachmentId(message, ATTACHMENTS[id.slice(0, 3)] ?? 'file.docx')));
    else if (before === 'subscriptions') path.push(await ground.subscription());
    else path.push(segment);
  }
  return `/${path.join('/')}`;
}

type Json = Readonly<Record<string, unknown>>;

/** What placeholders stand for, and what was right on the day the example was written. */
async function bodyOf(ground: Ground, id: string, body: unknown): Promise<object | undefined> {
  if (typeof body !== 'object' || body === null) return undefined;
  const { certificate, webhook, world } = ground;
  const text = JSON.stringify(body)
    .replaceAll('"destinationId-value"', '"archive"')
    .replaceAll('"address-value"', '"ada@example.net"')
    .replaceAll('"displayName-value"', `"${crypto.randomUUID()}"`)
    .replaceAll('"contentType":""', '"contentType":"text"')
    .replaceAll('AllanD@contoso.com', SALES)
    .replaceAll('"PattiF@contoso.com"', '"ada@example.net"')
    .replaceAll('MeganB@contoso.com', SUPPORT);
  const json = JSON.parse(text) as Json;
  if ('inputIds' in json) {
    const ids = (json['inputIds'] as unknown[]).map(() => world.mailbox.ordinaryId(ground.received()));
    return { ...json, inputIds: ids };
  }
  if ('requests' in json) return { requests: (json['requests'] as Json[]).map((one) => (one['url'] === '...' ? { ...one, url: '/me/messages' } : one)) };
  if (!('expirationDateTime' in json)) return json;
  const isRich = 'includeResourceData' in json;
  return {
    ...json,
    expirationDateTime: ground.inAnHour(),
    ...('notificationUrl' in json && { notificationUrl: webhook.url, resource: isRich ? 'me/messages?$select=subject' : String(json['resource']).replace('/users/{id}', '/me') }),
    ...('lifecycleNotificationUrl' in json && { lifecycleNotificationUrl: webhook.url }),
    ...(isRich && { encryptionCertificate: certificate, encryptionCertificateId: id.slice(0, 3) }),
  };
}

const WHOLE = Buffer.from(`From: <${SALES}>\r\nTo: <${SUPPORT}>\r\nSubject: Internal Resume Submission\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHi\r\n`).toString('base64');

/** The samples of MIME are cut off somewhere: a whole message where it is accepted, and what is no base64 where it is refused. */
const mimeOf = (given: string, status: number): string => (status >= 400 ? `${given}...` : WHOLE);
