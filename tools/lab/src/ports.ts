import { createServer } from 'node:net';

// Below the range from which Linux takes the source ports of outgoing connections: a port chosen here is not
// taken by somebody's client between this check and the moment the server binds it.
const FIRST = 20_000;
const LAST = 31_999;

const given = new Set<number>();

/** Free ports on 127.0.0.1. A port is handed out once per process, so two labs in one process never meet. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      ports.push(port);
    }
  }
  return ports;
}

/** The same, by name: `const ports = await namedPorts('imap', 'imaps')`. */
export async function namedPorts<const Name extends string>(...names: readonly Name[]): Promise<Record<Name, number>> {
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<Name, number>;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
