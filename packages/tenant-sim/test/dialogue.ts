import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A conversation by hand, line by line: what a client library would hide. */
export interface Dialogue extends AsyncDisposable {
  /** Sends a line, or octets as they are. */
  send(text: string | Buffer): void;
  /** Resolves with what has come once it matches, and takes it away. Rejects when the connection ends before. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with what is left when the other side closes. */
  closed(): Promise<string>;
  startTls(ca: string): Promise<void>;
  readonly socket: Socket;
}

export async function openDialogue(port: number, ca?: string): Promise<Dialogue> {
  const target = { host: '127.0.0.1', port };
  let socket: Socket = ca === undefined ? connectPlain(target) : connectTls({ ...target, ca, servername: 'localhost' });
  let received = '';
  let ended = false;
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const waiter of waiting) waiter();
  };
  const listen = (): void => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      look();
    });
    for (const event of ['end', 'close', 'error']) {
      socket.on(event, () => {
        ended = true;
        look();
      });
    }
  };
  const when = <T>(ready: () => T | undefined): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => reject(new Error(`Nothing came. So far: ${received}`)), 10_000);
    const waiter = (): void => {
      try {
        const found = ready();
        if (found === undefined) return;
        resolve(found);
      } catch (error) {
        reject(error);
      }
      clearTimeout(timer);
      waiting.delete(waiter);
    };
    waiting.add(waiter);
    waiter();
    return promise;
  };
  listen();
  await once(socket, ca === undefined ? 'connect' : 'secureConnect');
  return {
    get socket() {
      return socket;
    },
    send: (text) => void socket.write(typeof text === 'string' ? `${text}\r\n` : text),
    until: (pattern) =>
      when(() => {
        const found = pattern.exec(received);
        if (!found) {
          if (ended) throw new Error(`The connection ended. Last came: ${received}`);
          return undefined;
        }
        const end = found.index + found[0].length;
        const text = received.slice(0, end);
        received = received.slice(end);
        return text;
      }),
    closed: () => when(() => (ended ? received : undefined)),
    async startTls(authority) {
      socket.removeAllListeners();
      socket = connectTls({ socket, ca: authority, servername: 'localhost' });
      listen();
      await once(socket, 'secureConnect');
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}
