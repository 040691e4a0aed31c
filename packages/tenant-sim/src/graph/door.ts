import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Door, DoorOptions, TenantContext } from '../door.ts';
import { hostInUrl, LOOPBACK } from '../loopback.ts';
import { openSocketsOf } from '../open-sockets.ts';
import { createGraphContext } from './graph-context.ts';
import { createGraphServer } from './http/server.ts';

/** Microsoft Graph's mail API over HTTPS: `https://localhost:port/v1.0`. */
export interface GraphDoor extends Door {
  readonly baseUrl: string;
}

export async function startGraphDoor(context: TenantContext, { port = 0, host = LOOPBACK }: DoorOptions = {}): Promise<GraphDoor> {
  const graph = createGraphContext(context);
  const server = createGraphServer(graph);
  const sockets = openSocketsOf(server);
  const ending: PromiseLike<void>[] = [];
  // Requests read the context anew: subscriptions, upload sessions, counters and the key of delta tokens are others from then on.
  const resetting = context.onReset(() => {
    ending.push(graph.subscriptions[Symbol.asyncDispose]());
    Object.assign(graph, createGraphContext(context));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { port: listening } = server.address() as AddressInfo;
  return {
    host,
    port: listening,
    baseUrl: `https://${hostInUrl(host)}:${listening}/v1.0`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      sockets[Symbol.dispose]();
      resetting[Symbol.dispose]();
      await closed;
      await Promise.all([...ending, graph.subscriptions[Symbol.asyncDispose]()]);
    },
  };
}
