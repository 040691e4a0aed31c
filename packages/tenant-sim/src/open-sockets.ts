import type { Server, Socket } from 'node:net';

/** The sockets of a server, from the moment they are accepted. Disposal ends them, and those that are accepted yet. */
export interface OpenSockets extends Disposable {
  /** Ends them; the next one is welcome. */
  destroy(): void;
}

/**
 * What a server has to be rid of before it closes. `closeAllConnections`, `secureConnection` and sessions know of sockets
 * only once their TLS handshake is over, and no longer when a session has ended whose client stays; `close` waits for all
 * of them, for two minutes where a client says nothing, else for as long as the client likes.
 */
export function openSocketsOf(server: Server): OpenSockets {
  const sockets = new Set<Socket>();
  let isEnding = false;
  const destroy = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (isEnding) socket.destroy();
  });
  return {
    destroy,
    [Symbol.dispose]() {
      isEnding = true;
      destroy();
    },
  };
}
