import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { abortable } from '@signalbox/kit';
import { connectThroughProxy } from './proxy.ts';

export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  readonly proxy?: string | undefined;
  /** Present for TLS from the first byte. */
  readonly tls?: ConnectionOptions | undefined;
}

/**
 * Opened here and not by nodemailer: the failures keep Node's own codes, the host's clock bounds them,
 * and an abort ends them at once. Rejects with Node's error, or with the signal's reason.
 */
export async function openSocket({ host, port, proxy, tls }: SocketTarget, signal?: AbortSignal): Promise<Socket> {
  signal?.throwIfAborted();
  const socket = proxy === undefined ? await opened(connectTcp({ host, port }), 'connect', signal) : await connectThroughProxy(proxy, host, port, signal);
  return tls ? opened(connectTls({ ...tls, socket }), 'secureConnect', signal) : socket;
}

async function opened<T extends Socket>(socket: T, event: 'connect' | 'secureConnect', signal?: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onClose = (): void => reject(Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' }));
  socket.once(event, resolve);
  socket.once('error', reject);
  socket.once('close', onClose);
  try {
    await abortable(promise, signal);
    socket.off('error', reject).off('close', onClose);
    return socket;
  } catch (error) {
    socket.on('error', () => {}); // nobody is left to be told
    socket.destroy();
    throw error;
  }
}
