import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:tls';

/** What passes on of a line (without CRLF, one character per octet); `undefined` swallows it. */
export interface LineFilter {
  up(this: void, line: string): string | undefined;
  down(this: void, line: string): string | undefined;
}

export interface LineProxyOptions {
  /** The port on 127.0.0.1 that speaks TLS from the first octet, and the authority it shows. */
  readonly target: number;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** For each connection; `cut` ends both halves of it where they are. */
  readonly filter: (cut: () => void) => LineFilter;
}

/** A proxy at which TLS ends, so that it sees each line. */
export async function startLineProxy({ target, ca, certificate, key, filter }: LineProxyOptions): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const kept = <T extends Socket>(socket: T): T => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
    return socket;
  };
  const proxy = createServer({ cert: certificate, key, noDelay: true }, (client) => {
    const server = kept(connect({ port: target, host: '127.0.0.1', ca, servername: 'localhost' }));
    kept(client);
    const { up, down } = filter(() => {
      client.destroy();
      server.destroy();
    });
    pass(client, server, up);
    pass(server, client, down);
  });
  proxy.on('tlsClientError', () => {}); // a sender that is killed while it connects
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function pass(from: Socket, to: Socket, filter: (line: string) => string | undefined): void {
  let unfinished = '';
  from.setEncoding('latin1').on('data', (text: string) => {
    const lines = `${unfinished}${text}`.split('\r\n');
    unfinished = lines.pop() ?? '';
    const passing = lines.map(filter).filter((line) => line !== undefined);
    if (passing.length === 0 || !to.writable || to.write(`${passing.join('\r\n')}\r\n`, 'latin1')) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
  from.on('end', () => to.end());
  from.on('close', () => to.destroy());
}
