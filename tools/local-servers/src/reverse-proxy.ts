import { once } from 'node:events';
import { request as forward } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Passed {
  /** With the query. */
  readonly path: string;
  readonly status: number;
}

/** What stands before Signalbox where the public address ends: HTTPS outside, plain HTTP inside. */
export interface ReverseProxy extends AsyncDisposable {
  readonly origin: string;
  /** In the order of the answers. */
  readonly passed: readonly Passed[];
}

export async function openReverseProxy({ key, certificate }: { readonly key: string; readonly certificate: string }, port: number): Promise<ReverseProxy> {
  const passed: Passed[] = [];
  const server = createServer({ key, cert: certificate }, (incoming, outgoing) => {
    const { method, url: path = '/', headers } = incoming;
    const inner = forward({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      passed.push({ path, status: answer.statusCode ?? 0 });
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    inner.on('error', () => {
      passed.push({ path, status: 502 });
      outgoing.writeHead(502).end();
    });
    incoming.pipe(inner);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    passed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
