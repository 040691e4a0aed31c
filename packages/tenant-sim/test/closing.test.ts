import { describe, expect, it } from 'vitest';
import { type DoorName, keptSource, startTenant, type Tenant } from '../src/index.ts';
import { SALES } from './imap-client.ts';
import { big, graphHead, type Ground, groundOf, signedIn, silentAddress, struck, submitting, subscribe } from './stubborn-client.ts';

// A door closes at once, whatever its clients are doing: whoever waits for it would wait for them.

const WITHIN = 3_000;

const PORTS: Readonly<Record<DoorName, (tenant: Tenant) => readonly number[]>> = {
  entra: ({ doors }) => [doors.entra!.port],
  graph: ({ doors }) => [doors.graph!.port],
  imap: ({ doors }) => [doors.imap!.port, doors.imap!.starttlsPort],
  smtp: ({ doors }) => [doors.smtp!.port, doors.smtp!.implicitTlsPort],
  control: ({ doors }) => [doors.control!.port],
};
const DOORS = Object.keys(PORTS) as readonly DoorName[];
const HTTPS = ['entra', 'graph', 'control'] as const;

type Case = readonly [name: string, doors: readonly DoorName[], open: (ground: Ground) => Promise<unknown>];

const CASES: readonly Case[] = [
  ...DOORS.map((door): Case => [`${door}, with connections on which nothing was ever said`, [door], async ({ tenant, plain }) => Promise.all(PORTS[door](tenant).map(plain))]),
  ...HTTPS.map((door): Case => [`${door}, with a connection kept alive`, [door], async ({ tenant, tls }) => {
    const client = await tls(tenant.doors[door]!.port);
    await client.say('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.until(/^HTTP\/1\.1 /);
  }]),
  ...HTTPS.map((door): Case => [`${door}, with a request whose body never ends`, [door], async ({ tenant, tls }) => {
    const client = await tls(tenant.doors[door]!.port);
    const path = { entra: '/contoso.test/oauth2/v2.0/token', graph: `/v1.0/users/${SALES}/sendMail`, control: '/faults' }[door];
    const authorization = door === 'control' ? `Bearer ${tenant.doors.control!.secret}` : '';
    const head = door === 'graph' ? await graphHead(tenant, `POST ${path}`, 'Content-Type: application/json', 'Content-Length: 1000') : `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: ${authorization}\r\nContent-Length: 1000\r\n\r\n`;
    await client.say(`${head}{"`);
  }]),
  ...(['entra', 'graph'] as const).map((door): Case => [`${door}, with a request that is made to wait`, [door], async ({ tenant, tls }) => {
    tenant.faults.set('http.slow', { door, ms: 600_000 });
    const client = await tls(tenant.doors[door]!.port);
    await client.say(door === 'graph' ? await graphHead(tenant, `GET /v1.0/users/${SALES}/messages`) : 'GET /common/discovery/instance HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await struck(tenant);
  }]),
  ['graph, with an answer that nobody reads', ['graph'], async ({ tenant, tls }) => {
    const client = await tls(tenant.doors.graph!.port);
    await client.say(await graphHead(tenant, `GET /v1.0/users/${SALES}/messages/${big(tenant)}/$value`, 'Prefer: IdType="ImmutableId"'));
    await client.until(/^HTTP\/1\.1 200/);
  }],
  ['graph, with a handshake that is never answered', ['graph'], async (ground) => {
    const { url, asked } = await silentAddress(ground.cleanUp);
    await subscribe(ground, url);
    await asked;
  }],
  ['graph, with a notification that is never answered', ['graph'], async (ground) => {
    const { url, asked } = await silentAddress(ground.cleanUp, (path) => new URL(path, 'http://localhost').searchParams.get('validationToken') ?? undefined);
    await subscribe(ground, url);
    const mailbox = ground.tenant.store.mailbox(SALES)!;
    const appending = setInterval(() => mailbox.append('inbox', { source: keptSource(Buffer.from('Subject: Hello\r\n\r\n')) }), 20);
    await asked;
    clearInterval(appending);
  }],
  ['imap, with a client in IDLE', ['imap'], async (ground) => {
    const client = await signedIn(ground);
    await client.say('b IDLE\r\n');
    await client.until(/^\+ /m);
  }],
  ['imap, with a client that has logged out and stays', ['imap'], async (ground) => {
    const client = await signedIn(ground);
    await client.say('b LOGOUT\r\n');
    await client.until(/b OK/);
  }],
  ['imap, with half a literal', ['imap'], async (ground) => {
    const client = await signedIn(ground);
    await client.say('b APPEND INBOX {1000}\r\n');
    await client.until(/^\+ /m);
    await client.say('Subject: ');
  }],
  ['imap, with a message that nobody reads', ['imap'], async (ground) => {
    big(ground.tenant);
    const client = await signedIn(ground);
    await client.say('b FETCH 1 BODY[]\r\n');
    await client.until(/^\* 1 FETCH/m);
  }],
  ['imap, with a TLS handshake that does not come after STARTTLS', ['imap'], async ({ tenant, plain }) => {
    const client = await plain(tenant.doors.imap!.starttlsPort);
    await client.say('a STARTTLS\r\n');
    await client.until(/a OK/);
  }],
  ['imap, while it is made to hang', ['imap'], async (ground) => {
    const client = await signedIn(ground);
    ground.tenant.faults.set('imap.hang', { mailbox: SALES });
    await client.say('b NOOP\r\n');
    await struck(ground.tenant);
  }],
  ['imap, while it is made to hang in IDLE', ['imap'], async (ground) => {
    const client = await signedIn(ground);
    await client.say('b IDLE\r\n');
    await client.until(/^\+ /m);
    ground.tenant.faults.set('imap.hang', { mailbox: SALES });
    ground.tenant.store.mailbox(SALES)!.append('inbox', { source: keptSource(Buffer.from('Subject: Hello\r\n\r\n')) });
    await struck(ground.tenant);
  }],
  ['smtp, with half a message', ['smtp'], async (ground) => {
    const client = await submitting(ground);
    await client.say('DATA\r\n');
    await client.until(/^354/m);
    await client.say('Subject: ');
  }],
  ['smtp, with a client that has said QUIT and stays', ['smtp'], async (ground) => {
    const client = await submitting(ground);
    await client.say('QUIT\r\n');
    await client.until(/^221/m);
  }],
  ['smtp, with a TLS handshake that does not come after STARTTLS', ['smtp'], async ({ tenant, plain }) => {
    const client = await plain(tenant.doors.smtp!.port);
    await client.until(/^220 /);
    await client.say('EHLO client\r\n');
    await client.until(/^250 /m);
    await client.say('STARTTLS\r\n');
    await client.until(/^220/m);
  }],
  ['smtp, while it is made to hang', ['smtp'], async ({ tenant, plain }) => {
    tenant.faults.set('smtp.hang');
    await plain(tenant.doors.smtp!.port);
    await struck(tenant);
  }],
  ['smtp, with a message that waits to be sent', ['smtp'], async (ground) => {
    ground.tenant.faults.set('delivery.sent-copy-late', { ms: 600_000 });
    const client = await submitting(ground);
    await client.say('DATA\r\n');
    await client.until(/^354/m);
    await client.say(`From: ${SALES}\r\nSubject: Hello\r\n\r\nHi\r\n.\r\n`);
    await client.until(/^250 2\.0\.0/m);
  }],
  ['control, with somebody who follows the clock', ['control'], async ({ tenant, tls }) => {
    const { port, secret } = tenant.doors.control!;
    const client = await tls(port);
    await client.say(`GET /clock?after=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secret}\r\n\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }],
];

describe('a tenant closes at once', () => {
  it.each(CASES)('%s', async (_name, doors, open) => {
    await using cleanUp = new AsyncDisposableStack();
    const tenant = await startTenant({ doors });
    await open(groundOf(tenant, cleanUp));
    const patience = new AbortController();
    const closed = tenant[Symbol.asyncDispose]().then(() => 'closed');
    const late = new Promise((resolve) => {
      const timer = setTimeout(resolve, WITHIN, 'still open');
      patience.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    expect(await Promise.race([closed, late])).toBe('closed');
    patience.abort();
  });
});
