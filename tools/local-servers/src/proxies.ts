import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createSocks } from '@pondwader/socks5-server';
import { type HttpServerOptions, Server as HttpProxy } from 'proxy-chain';
import type { LocalCertificate } from './certificate.ts';

export interface LocalProxyOptions {
  /** What it asks for; nothing when absent. */
  readonly login?: { readonly username: string; readonly password: string };
}

/** A proxy in this process that connects to whatever it is asked for. */
export interface LocalProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** With the login, as `NetworkSettings.proxy` takes it. */
  readonly url: string;
  /** `host:port` of all it was asked for by somebody who may, as it was spelled. */
  readonly destinations: readonly string[];
}

/** CONNECT over HTTP; over TLS where there is a certificate. */
export async function startHttpProxy({ login, certificate }: LocalProxyOptions & { readonly certificate?: LocalCertificate } = {}): Promise<LocalProxy> {
  const destinations: string[] = [];
  const options: HttpServerOptions = {
    host: '127.0.0.1',
    port: 0,
    prepareRequestFunction({ username, password, hostname, port }) {
      if (login && (username !== login.username || password !== login.password)) return { requestAuthentication: true };
      destinations.push(`${hostname}:${port}`);
      return {};
    },
  };
  const proxy = new HttpProxy(certificate ? { ...options, serverType: 'https', httpsOptions: { key: certificate.key, cert: certificate.certificate } } : options);
  await proxy.listen();
  return {
    ...addressOf(certificate ? 'https' : 'http', proxy.port, login),
    destinations,
    [Symbol.asyncDispose]: () => proxy.close(true),
  };
}

/** SOCKS 5 (RFC 1928), with a user name and password (RFC 1929) where it asks for a login. */
export async function startSocksProxy({ login }: LocalProxyOptions = {}): Promise<LocalProxy> {
  const destinations: string[] = [];
  const sockets = new Set<Socket>();
  const socks = createSocks(login && { auth: login });
  socks.setRulesetValidator(({ destAddress, destPort }) => {
    destinations.push(`${destAddress}:${destPort}`);
    return true;
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).setNoDelay();
    socks._handleConnection(socket); // its documented way to take a connection that somebody else has accepted
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...addressOf('socks5', (server.address() as AddressInfo).port, login),
    destinations,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function addressOf(protocol: string, port: number, login: LocalProxyOptions['login']): Pick<LocalProxy, 'host' | 'port' | 'url'> {
  const host = '127.0.0.1';
  const userInfo = login ? `${encodeURIComponent(login.username)}:${encodeURIComponent(login.password)}@` : '';
  return { host, port, url: `${protocol}://${userInfo}${host}:${port}` };
}
