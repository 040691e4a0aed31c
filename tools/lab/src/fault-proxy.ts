import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket, type ConnectionOptions } from 'node:tls';
import type { CertificatePair } from './certificates.ts';
import { endSocket, ProxiedConnection, type Ending, type Faults, type Wire } from './proxied-connection.ts';

export interface FaultProxyOptions {
  /** The port on 127.0.0.1 that connections go to. */
  readonly target: number;
  /** Any free port unless told. */
  readonly port?: number;
  readonly faults?: Faults;
  /** Ends the client's TLS here, showing this certificate; needed for `rewrite`. Implicit TLS only, no STARTTLS. */
  readonly tls?: CertificatePair;
  /** Speaks TLS to the target. `{ ca }` and a `servername` are usual. */
  readonly upstreamTls?: ConnectionOptions;
  /** The source address towards the target: from `127.0.0.2` Dovecot treats a plain connection as insecure. */
  readonly from?: string;
}

/** A TCP proxy on loopback whose connections suffer what they are told to. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections open now. */
  readonly live: number;
  /** Connections accepted so far, refused ones among them. */
  readonly seen: number;
  /** Replaces all faults, for open connections too; `{}` heals. */
  set(faults: Faults): void;
  /** Ends every open connection: `fin` (the default) in order, `rst` abruptly. */
  cut(ending?: Ending): void;
  close(): Promise<void>;
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const live = new Set<ProxiedConnection>();
  const silent = new Set<Socket>();
  let faults = options.faults ?? {};
  let seen = 0;

  function accept(client: Socket): void {
    seen++;
    client.on('error', () => client.destroy());
    if (faults.refuse === true) return endSocket(client, 'rst');
    if (faults.maxConnections !== undefined && live.size >= faults.maxConnections) return void client.destroy();
    if (faults.hang === true) {
      silent.add(client);
      // Read and forget, or a client that says goodbye would never be noticed.
      client.resume().once('close', () => silent.delete(client));
      return;
    }
    const connection = new ProxiedConnection(downstream(client), upstream(options), () => faults, () => live.delete(connection));
    live.add(connection);
  }

  // A TLS server of Node's would hide the TCP socket, and only that one can be reset.
  const secureContext = options.tls && createSecureContext(options.tls);
  const downstream = (raw: Socket): Wire => ({ raw, stream: secureContext ? new TLSSocket(raw, { isServer: true, secureContext }) : raw });

  const server = createServer(accept);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of live) connection.destroy();
    for (const socket of silent) socket.destroy();
    await closed;
  }

  return {
    port: (server.address() as AddressInfo).port,
    get live() {
      return live.size;
    },
    get seen() {
      return seen;
    },
    set: (wanted) => {
      faults = wanted;
    },
    cut: (ending = 'fin') => {
      for (const connection of live) connection.end(ending);
      for (const socket of silent) endSocket(socket, ending);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function upstream({ target, upstreamTls, from }: FaultProxyOptions): Wire {
  const raw = connect({ port: target, host: '127.0.0.1', ...(from !== undefined && { localAddress: from }) });
  return { raw, stream: upstreamTls === undefined ? raw : connectTls({ ...upstreamTls, socket: raw }) };
}
