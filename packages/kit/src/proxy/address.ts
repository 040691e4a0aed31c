import { isIP } from 'node:net';
import { MailError, type Secret, secret } from '@signalbox/core';

/** `NetworkSettings.proxy` taken apart. */
export interface ProxyAddress {
  /** HTTP with CONNECT, the same over TLS, or SOCKS 5. */
  readonly protocol: keyof typeof DEFAULT_PORTS;
  /** An IPv6 address stands here without its brackets. */
  readonly host: string;
  readonly port: number;
  /** Absent where the address carries none. */
  readonly login?: { readonly username: string; readonly password: Secret };
}

const DEFAULT_PORTS = { http: 80, https: 443, socks5: 1080 } as const;
/** RFC 1929 §2 counts user name and password in one octet each. */
const SOCKS_FIELD_OCTETS = 255;

/** Whether the contract's network settings know such a proxy. */
export function isProxyUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^(?:https?|socks5h?):$/.test(url.protocol) && url.hostname !== '';
}

/**
 * `socks5h` is read as `socks5`: names are always resolved by the proxy.
 * Throws `config.invalid`, which does not quote what it was given: it may hold a password.
 */
export function parseProxy(text: string): ProxyAddress {
  if (!isProxyUrl(text)) throw unusable('Begin the address of the proxy with http://, https:// or socks5://, followed by its host and port.');
  const url = new URL(text);
  const protocol = url.protocol.replace(/h?:$/, '') as ProxyAddress['protocol'];
  const [username, password] = [decoded(url.username), decoded(url.password)];
  if (protocol === 'socks5' && [username, password].some((field) => Buffer.byteLength(field) > SOCKS_FIELD_OCTETS)) {
    throw unusable(`Shorten the user name and password of the SOCKS proxy to ${SOCKS_FIELD_OCTETS} octets each.`);
  }
  return {
    protocol,
    host: isIP(url.hostname.slice(1, -1)) === 6 ? url.hostname.slice(1, -1) : url.hostname,
    port: Number(url.port) || DEFAULT_PORTS[protocol],
    ...((username !== '' || password !== '') && { login: { username, password: secret(password) } }),
  };
}

const unusable = (text: string): MailError =>
  new MailError('config.invalid', 'The address of the proxy is not one that mail can go through.', { remedy: { who: 'operator', action: 'fix-config', text } });

/** A bare `%` is no encoding; then the text is meant as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
