import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const ANSWERS = { http: Buffer.from('HTTP/1.1 200 Connection established\r\n\r\n'), socks5: Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]) } as const;

/** A proxy to one port that waits for the server's greeting and hands it over in one piece with its own answer, as a quick network may. */
export async function startEagerProxy(protocol: keyof typeof ANSWERS, target: number): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<Socket>();
  const kept = <T extends Socket>(socket: T): T => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
    return socket;
  };
  const serve = async (client: Socket): Promise<void> => {
    if (protocol === 'socks5') {
      await once(client, 'data'); // the methods it offers
      client.write(Buffer.from([5, 0]));
    }
    await once(client, 'data'); // where to; it is known
    const server = kept(connect(target, '127.0.0.1'));
    const [greeting] = (await once(server, 'data')) as [Buffer];
    client.write(Buffer.concat([ANSWERS[protocol], greeting]));
    server.pipe(client);
    client.pipe(server);
  };
  const proxy = createServer((client) => void serve(kept(client)).catch(() => client.destroy()));
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `${protocol}://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
