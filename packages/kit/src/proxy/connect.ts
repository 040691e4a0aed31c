import type { Socket } from 'node:net';
import { getCACertificates } from 'node:tls';
import { type CallOptions, MailError, type NetworkSettings, type Remedy } from '@signalbox/core';
import { parseProxy } from './address.ts';
import { connectOverHttp } from './http.ts';
import { ProxyFailure } from './failure.ts';
import { connectOverSocks } from './socks.ts';

export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** A socket that reaches the destination, whose name the proxy resolves. TLS with the server itself is still to begin. Throws `unavailable`. */
export type ConnectThroughProxy = (destination: Destination, options?: CallOptions) => Promise<Socket>;

const REMEDIES = {
  check: {
    who: 'operator',
    action: 'fix-config',
    text: 'Check that the proxy runs, that its own certificate is trusted where it has one, and that it lets connections to the host and port of the server through.',
  },
  login: { who: 'operator', action: 'fix-config', text: 'Put the current user name and password of the proxy into its address, as in http://user:password@proxy.example:3128.' },
} as const satisfies Record<string, Remedy>;

/**
 * The way through the proxy of these settings; absent where they name none. Made once per transport, for plugins that open sockets themselves.
 * Throws `config.invalid`.
 */
export function proxyConnector({ proxy: text, ca = [] }: NetworkSettings): ConnectThroughProxy | undefined {
  if (text === undefined) return undefined;
  const proxy = parseProxy(text);
  // `ca` replaces Node's list, while a private authority is trusted beside it. An organisation's proxy is often signed by its own.
  const trusted = proxy.protocol === 'https' && ca.length > 0 ? [...getCACertificates('default'), ...ca] : undefined;
  return async (destination, { signal } = {}) => {
    signal?.throwIfAborted();
    try {
      return proxy.protocol === 'socks5' ? await connectOverSocks(proxy, destination, signal) : await connectOverHttp(proxy, destination, { ca: trusted, signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw explained(error, destination.host);
    }
  };
}

/** Without a cause: what libraries throw here may carry the login. */
function explained(error: unknown, host: string): MailError {
  const login = error instanceof ProxyFailure && error.wantsLogin;
  const detail = { protocol: 'proxy', text: error instanceof Error ? error.message : String(error) };
  // The same login once more would be refused once more.
  if (login) return new MailError('unavailable', `The proxy on the way to ${host} wants a login, or another one.`, { retry: 'after-remedy', remedy: REMEDIES.login, detail });
  return new MailError('unavailable', `The proxy on the way to ${host} did not connect.`, { remedy: REMEDIES.check, detail });
}
