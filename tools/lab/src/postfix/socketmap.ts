import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Answers a lookup; undefined for a key that is not in the table. */
export type Lookup = (key: string) => string | undefined;

export interface Socketmap extends AsyncDisposable {
  readonly port: number;
}

/**
 * Serves Postfix's lookup tables (socketmap_table(5)) from memory: Postfix reads files once per process, and would
 * not learn of a user made while it runs.
 */
export async function startSocketmap(tables: Readonly<Record<string, Lookup>>): Promise<Socketmap> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    let buffered: Buffer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      for (let request = takeNetstring(); request !== undefined; request = takeNetstring()) socket.write(reply(tables, request));
    });

    function takeNetstring(): string | undefined {
      const colon = buffered.indexOf(':');
      if (colon < 0) return undefined;
      const end = colon + 1 + Number(buffered.subarray(0, colon).toString());
      if (buffered.length <= end) return undefined;
      const text = buffered.subarray(colon + 1, end).toString();
      buffered = buffered.subarray(end + 1);
      return text;
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function reply(tables: Readonly<Record<string, Lookup>>, request: string): string {
  const space = request.indexOf(' ');
  const table = tables[request.slice(0, space)];
  const value = table?.(request.slice(space + 1));
  const text = table === undefined ? 'PERM no such table' : value === undefined ? 'NOTFOUND ' : `OK ${value}`;
  return `${Buffer.byteLength(text)}:${text},`;
}
