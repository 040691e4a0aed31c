import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly contentType: string;
  readonly json: { readonly value: readonly Record<string, unknown>[]; readonly validationTokens?: readonly string[] };
}

/** The receiving side of change notifications, on plain HTTP. */
export interface TestWebhook extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** What it answers to a handshake, when not what it should. */
  handshake?: (token: string) => { readonly status?: number; readonly contentType?: string; readonly text?: string } | 'never';
  /** What it answers to notifications. */
  status: number;
  /** Resolves once as many notifications have come. */
  until(count: number): Promise<readonly Record<string, unknown>[]>;
}

export async function openWebhook(): Promise<TestWebhook> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const webhook: TestWebhook = {
    url: '',
    received,
    status: 202,
    async until(count) {
      while (received.length < count) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
      return received.flatMap(({ json }) => json.value);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((incoming, response) => {
    void (async () => {
      const url = new URL(incoming.url ?? '', 'http://localhost');
      const token = url.searchParams.get('validationToken');
      const text = await bodyOf(incoming);
      if (token === null) {
        received.push({ path: url.pathname, contentType: incoming.headers['content-type'] ?? '', json: JSON.parse(text) as Received['json'] });
        response.writeHead(webhook.status).end();
        for (const wake of waiting) wake();
        return;
      }
      const answer = webhook.handshake?.(token) ?? {};
      if (answer !== 'never') response.writeHead(answer.status ?? 200, { 'content-type': answer.contentType ?? 'text/plain' }).end(answer.text ?? token);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(webhook, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return text;
}
