import { connect as connectTcp, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { SocksClient } from 'socks';
import { abortable } from '../abortable.ts';
import { openedSocket } from '../opened-socket.ts';
import type { ProxyAddress } from './address.ts';
import type { Destination } from './connect.ts';
import { ProxyFailure } from './failure.ts';

/** Longer than anybody waits: the caller's signal bounds this. */
const NEVER_MS = 3_600_000;
/** What the library says when the proxy wants a login, or another one (RFC 1928 §3, RFC 1929 §2). */
const LOGIN_REFUSED = /authentication (?:failed|type)/i;

/** CONNECT of SOCKS 5, RFC 1928 §4. */
export async function connectOverSocks({ host, port, login }: ProxyAddress, destination: Destination, signal?: AbortSignal): Promise<Socket> {
  const socket = await openedSocket(connectTcp({ host, port, noDelay: true }), 'connect', signal);
  const connecting = SocksClient.createConnection({
    proxy: { host, port, type: 5, ...(login && { userId: login.username, password: login.password.reveal() }) },
    command: 'connect',
    destination: { ...destination },
    existing_socket: socket,
    timeout: NEVER_MS,
  });
  try {
    await abortable(connecting, signal);
    return await quieted(socket);
  } catch (error) {
    socket.on('error', () => {}).destroy();
    if (!(error instanceof Error)) throw error;
    throw new ProxyFailure(error.message, LOGIN_REFUSED.test(error.message)); // the library's own carries all options, the password among them
  }
}

/**
 * In the next turn of the event loop the library emits what came together with the proxy's answer, and lets the socket flow.
 * What comes before anybody reads, such as the greeting of a quick server, would be lost: it is put back.
 */
async function quieted(socket: Socket): Promise<Socket> {
  const early: Buffer[] = [];
  const keep = (chunk: Buffer): void => void early.push(chunk);
  const { promise: failed, reject } = Promise.withResolvers<never>();
  socket.on('data', keep).on('error', reject);
  try {
    await Promise.race([turn(), failed]);
  } finally {
    socket.pause();
    socket.off('data', keep).off('error', reject);
  }
  if (early.length > 0) socket.unshift(Buffer.concat(early));
  return socket;
}
