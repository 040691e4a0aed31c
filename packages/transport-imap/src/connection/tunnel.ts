import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type CallOptions, MailError, type TransportContext } from '@signalbox/core';
import { anySignal, proxyConnector } from '@signalbox/kit';
import type { ImapTransport } from 'imapflow';
import type { ImapConfig } from '../config.ts';

/** Opens a socket to the server through the proxy; nothing where it is reached directly. Throws `unavailable`, `timeout`. */
export type Tunnel = (options?: CallOptions) => Promise<Socket | undefined>;

/**
 * Before imapflow begins, and not by it: the way of its version 2.10.2 through SOCKS loses the greeting of a server that speaks first,
 * and gives the proxy's failures the codes of the server's. Throws `config.invalid`.
 */
export function createTunnel({ config, clock, network }: TransportContext<ImapConfig>): Tunnel {
  const throughProxy = proxyConnector(network);
  return async (options) => {
    if (!throughProxy) return undefined;
    const { host, port, commandTimeoutMs } = config;
    const [over, late] = [new AbortController(), new AbortController()];
    const reason = new MailError('timeout', `The proxy on the way to ${host} did not answer within ${commandTimeoutMs} ms.`);
    clock.sleep(commandTimeoutMs, over.signal).then(() => late.abort(reason), () => {}); // called off
    try {
      const signal = anySignal(options?.signal, late.signal);
      return await throughProxy({ host, port }, { ...(signal && { signal }) });
    } finally {
      over.abort();
    }
  };
}

/** The session over a socket that is there already: imapflow's own TLS, with the options it would use itself. */
export const transportOver = (tunnel: Socket): ImapTransport => ({
  connect({ secure, host, tls, servername }, onConnect) {
    if (secure) return connectTls({ host, ...(servername !== undefined && { servername }), ...tls, socket: tunnel }, onConnect);
    setImmediate(onConnect); // it reads the answer to this call before it is ready
    return tunnel;
  },
  upgrade: (_plain, { host, tls, servername }, onSecure) => connectTls({ host, ...(servername !== undefined && { servername }), ...tls, socket: tunnel }, onSecure),
});
