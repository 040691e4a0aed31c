import { createHash } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import type { NetworkSettings } from '@signalbox/core';
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent, fetch as undiciFetch, Headers as UndiciHeaders } from 'undici';

type Fetch = typeof globalThis.fetch;

/** Makes fetches bound to proxies and certificates; mailboxes with the same settings share connections. */
export interface FetchPool extends AsyncDisposable {
  fetchFor(network: NetworkSettings): Fetch;
}

export function createFetchPool(): FetchPool {
  const dispatchers = new Map<string, Dispatcher>();
  const alone = new Set<Dispatcher>();
  return {
    fetchFor(network) {
      const key = fingerprint(network);
      const dispatcher = dispatchers.get(key) ?? createDispatcher(network);
      dispatchers.set(key, dispatcher);
      return bind(dispatcher, () => createDispatcher(network), alone);
    },
    async [Symbol.asyncDispose]() {
      const open = [...dispatchers.values(), ...alone];
      dispatchers.clear();
      await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

type UndiciInit = Parameters<typeof undiciFetch>[1];

/**
 * undici's own fetch, because Node's bundled one may refuse a dispatcher of another undici version. A request that asks for its connection to
 * be closed gets one of its own: over a pooled one it would reach the very machine it wants to get away from (FACTS.md F).
 */
const bind = (dispatcher: Dispatcher, create: () => Dispatcher, alone: Set<Dispatcher>): Fetch => {
  const fetch = (input: Parameters<typeof undiciFetch>[0], init?: UndiciInit) => (wantsItsOwn(init) ? fetchAlone(input, init, create(), alone) : undiciFetch(input, { ...init, dispatcher }));
  return fetch as unknown as Fetch;
};

const wantsItsOwn = (init: UndiciInit): boolean => init?.headers !== undefined && new UndiciHeaders(init.headers).get('connection') === 'close';

async function fetchAlone(input: Parameters<typeof undiciFetch>[0], init: UndiciInit, own: Dispatcher, alone: Set<Dispatcher>): Promise<Awaited<ReturnType<typeof undiciFetch>>> {
  alone.add(own);
  try {
    return await undiciFetch(input, { ...init, dispatcher: own });
  } finally {
    // Once the answer is read to its end.
    own.close().then(
      () => alone.delete(own),
      () => alone.delete(own),
    );
  }
}

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
