import { createHash } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import type { NetworkSettings } from '@signalbox/core';
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent, fetch as undiciFetch } from 'undici';

type Fetch = typeof globalThis.fetch;

/** Makes fetches bound to proxies and certificates; mailboxes with the same settings share connections. */
export interface FetchPool extends AsyncDisposable {
  fetchFor(network: NetworkSettings): Fetch;
}

export function createFetchPool(): FetchPool {
  const dispatchers = new Map<string, Dispatcher>();
  return {
    fetchFor(network) {
      const key = fingerprint(network);
      const dispatcher = dispatchers.get(key) ?? createDispatcher(network);
      dispatchers.set(key, dispatcher);
      return bind(dispatcher);
    },
    async [Symbol.asyncDispose]() {
      const open = [...dispatchers.values()];
      dispatchers.clear();
      await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

// undici's own fetch, because Node's bundled one may refuse a dispatcher of another undici version.
const bind = (dispatcher: Dispatcher): Fetch =>
  ((input: Parameters<typeof undiciFetch>[0], init?: Parameters<typeof undiciFetch>[1]) => undiciFetch(input, { ...init, dispatcher })) as unknown as Fetch;

function createDispatcher(network: NetworkSettings): Dispatcher {
  const tls = tlsOptions(network);
  if (!network.proxy) return new Agent({ connect: tls });
  const { protocol } = new URL(network.proxy);
  // Only the target may ask for the client certificate; the proxy gets the private CA, as it often has one too.
  if (protocol.startsWith('socks')) return new Socks5ProxyAgent(network.proxy, { requestTls: tls });
  return new ProxyAgent({ uri: network.proxy, requestTls: tls, proxyTls: tls.ca ? { ca: tls.ca } : {} });
}

interface TlsOptions {
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
}

function tlsOptions({ ca, clientCertificate }: NetworkSettings): TlsOptions {
  return {
    // `ca` replaces Node's list, while a private CA is trusted beside it.
    ...(ca?.length && { ca: [...getCACertificates('default'), ...ca] }),
    ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key.reveal() }),
  };
}

const fingerprint = ({ ca, proxy, clientCertificate }: NetworkSettings): string =>
  createHash('sha256').update(JSON.stringify([ca ?? [], proxy ?? '', clientCertificate?.certificate ?? ''])).digest('base64url');
