import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Callback, CallbackAnswer, Callbacks } from '@signalbox/core';
import { collectBytes } from '@signalbox/kit';

/** A host that can be called back, on plain HTTP and this machine. */
export async function openCallbacks(): Promise<Callbacks & { readonly open: Callbacks['open']; readonly addresses: ReadonlyMap<string, unknown> } & AsyncDisposable> {
  const addresses = new Map<string, (call: Callback) => Promise<CallbackAnswer>>();
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const body = (await collectBytes(request)).toString();
      const answer = await addresses.get(pathname)?.({ query: Object.fromEntries(searchParams), body });
      response.writeHead(answer?.status ?? 404, { 'content-type': 'text/plain' }).end(answer?.text);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    addresses,
    async open(answer) {
      const path = `/${crypto.randomUUID()}`;
      addresses.set(path, answer);
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
        async [Symbol.asyncDispose]() {
          addresses.delete(path);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
