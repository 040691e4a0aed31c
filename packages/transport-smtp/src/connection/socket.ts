import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type ConnectThroughProxy, openedSocket } from '@signalbox/kit';

export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  /** Absent: directly. */
  readonly throughProxy?: ConnectThroughProxy | undefined;
  /** Present for TLS from the first byte: with the server itself, whatever is on the way. */
  readonly tls?: ConnectionOptions | undefined;
}

/**
 * Opened here and not by nodemailer: the failures keep Node's own codes, the host's clock bounds them,
 * and an abort ends them at once. Rejects with Node's error, with what is wrong with the proxy, or with the signal's reason.
 */
export async function openSocket({ host, port, throughProxy, tls }: SocketTarget, signal?: AbortSignal): Promise<Socket> {
  signal?.throwIfAborted();
  const socket = throughProxy ? await throughProxy({ host, port }, { ...(signal && { signal }) }) : await openedSocket(connectTcp({ host, port }), 'connect', signal);
  return tls ? openedSocket(connectTls({ ...tls, socket }), 'secureConnect', signal) : socket;
}
