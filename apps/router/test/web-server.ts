import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface WebServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly open: ReadonlySet<Socket>;
  /** In the order they came. */
  readonly requests: readonly IncomingMessage[];
  /** Number of the connection that a request came over, from 1. */
  numberOf(socket: Socket): number;
}

/** Answers every request the same way, on a free port. */
export async function webServer(answer: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<WebServer> {
  const numbers = new Map<Socket, number>();
  const open = new Set<Socket>();
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('connection', (socket) => {
    numbers.set(socket, numbers.size + 1);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open,
    requests,
    numberOf: (socket) => numbers.get(socket) ?? 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** What a request brought along. */
export async function contentOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
