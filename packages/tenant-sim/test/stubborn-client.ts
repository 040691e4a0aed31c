import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { vi } from 'vitest';
import { keptSource, type Tenant } from '../src/index.ts';
import { bearer, SALES } from './imap-client.ts';

// The worst clients there are: they neither answer a FIN nor read what they did not ask for.

export interface Client {
  readonly socket: Socket;
  say(text: string): Promise<void>;
  /** Reads until this has come, and then no more. */
  until(pattern: RegExp): Promise<void>;
}

export interface Ground {
  readonly tenant: Tenant;
  readonly cleanUp: AsyncDisposableStack;
  readonly plain: (port: number) => Promise<Client>;
  readonly tls: (port: number) => Promise<Client>;
}

function clientOf(socket: Socket, cleanUp: AsyncDisposableStack): Client {
  socket.on('error', () => socket.destroy()).pause();
  cleanUp.defer(() => void socket.destroy());
  return {
    socket,
    say: (text) => new Promise((resolve) => socket.write(text, () => resolve())),
    async until(pattern) {
      for (let text = ''; !pattern.test(text); ) {
        const chunk = socket.read() as Buffer | null;
        if (chunk === null) await once(socket, 'readable');
        else text += chunk.toString('latin1');
      }
    },
  };
}

export const groundOf = (tenant: Tenant, cleanUp: AsyncDisposableStack): Ground => ({
  tenant,
  cleanUp,
  async plain(port) {
    const socket = connectPlain({ host: '127.0.0.1', port, allowHalfOpen: true });
    await once(socket, 'connect');
    return clientOf(socket, cleanUp);
  },
  async tls(port) {
    const options: ConnectionOptions & { readonly allowHalfOpen: true } = { host: '127.0.0.1', port, allowHalfOpen: true, ca: tenant.certificates.ca, servername: 'localhost' };
    const socket = connectTls(options);
    await once(socket, 'secureConnect');
    return clientOf(socket, cleanUp);
  },
});

export const graphHead = async (tenant: Tenant, line: string, ...headers: readonly string[]): Promise<string> => {
  const { token } = await tenant.tokens.issue({ app: tenant.directory.apps()[0]!, resource: 'graph' });
  return [`${line} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${token}`, ...headers, '', ''].join('\r\n');
};

export async function signedIn({ tenant, tls }: Ground): Promise<Client> {
  const client = await tls(tenant.doors.imap!.port);
  await client.until(/\r\n/);
  await client.say(`a LOGIN ${SALES} sales-password\r\na SELECT INBOX\r\n`);
  await client.until(/a OK \[READ-WRITE\]/);
  return client;
}

export async function submitting({ tenant, tls }: Ground): Promise<Client> {
  const client = await tls(tenant.doors.smtp!.implicitTlsPort);
  await client.until(/^220 /);
  const { token } = await tenant.tokens.issue({ app: tenant.directory.apps()[0]!, user: tenant.directory.user(SALES)!, resource: 'exchange' });
  for (const [line, answer] of [['EHLO client', /^250 /m], [`AUTH XOAUTH2 ${bearer(SALES, token)}`, /^235/m], [`MAIL FROM:<${SALES}>`, /^250/m], ['RCPT TO:<ada@example.org>', /^250/m]] as const) {
    await client.say(`${line}\r\n`);
    await client.until(answer);
  }
  return client;
}

/** An address that takes requests and answers none; `asked` resolves once it was asked. In the end it waits to be let alone. */
export async function silentAddress(cleanUp: AsyncDisposableStack, answers: (url: string) => string | undefined = () => undefined): Promise<{ readonly url: string; readonly asked: Promise<unknown> }> {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const server = createServer((incoming, response) => {
    const text = answers(incoming.url ?? '');
    if (text === undefined) {
      response.once('close', leave);
      resolve();
    } else response.setHeader('content-type', 'text/plain').end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.defer(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  cleanUp.defer(() => left);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

export async function subscribe({ tenant, tls }: Ground, url: string): Promise<void> {
  const body = JSON.stringify({ changeType: 'created', notificationUrl: url, resource: `users/${SALES}/messages`, expirationDateTime: new Date(Date.now() + 3_600_000).toISOString() });
  const client = await tls(tenant.doors.graph!.port);
  await client.say(`${await graphHead(tenant, 'POST /v1.0/subscriptions', 'Content-Type: application/json', `Content-Length: ${body.length}`)}${body}`);
}

export const big = (tenant: Tenant): string => {
  const mailbox = tenant.store.mailbox(SALES)!;
  return mailbox.immutableId(mailbox.append('inbox', { source: keptSource(Buffer.from(`Subject: long\r\n\r\n${'0123456789\r\n'.repeat(1_500_000)}`)) }));
};

export const struck = async ({ faults }: Tenant): Promise<void> =>
  vi.waitFor(() => {
    if (faults.list()[0]?.struck !== 1) throw new Error('Not yet.');
  }, { timeout: 20_000 });
