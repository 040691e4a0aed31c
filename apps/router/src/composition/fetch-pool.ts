import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { getCACertificates } from 'node:tls';
import { callbackify, promisify } from 'node:util';
import { isMailError, MailError, type NetworkSettings } from '@signalbox/core';
import { type ConnectThroughProxy, proxyConnector } from '@signalbox/kit';
import { Agent, buildConnector, type Dispatcher, fetch as undiciFetch, Headers as UndiciHeaders } from 'undici';

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
  const fetch = async (input: Parameters<typeof undiciFetch>[0], init?: UndiciInit) => {
    try {
      return await (wantsItsOwn(init) ? fetchAlone(input, init, create(), alone) : undiciFetch(input, { ...init, dispatcher }));
    } catch (error) {
      // To plugins a proxy that wants a login would be one more "fetch failed".
      throw error instanceof TypeError && isMailError(error.cause) ? error.cause : error;
    }
  };
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
  const throughProxy = proxyConnector(network);
  return new Agent({ connect: throughProxy ? tunnel(throughProxy, tls) : tls });
}

/** As long as undici itself waits for a connection. */
const PROXY_ANSWERS_MS = 10_000;

/**
 * HTTPS goes through proxies as mail does, and a proxy that refuses is told as the proxy that it is.
 * What undici has for SOCKS is experimental, and says so on standard error.
 */
function tunnel(throughProxy: ConnectThroughProxy, tls: TlsOptions): buildConnector.connector {
  const secure = promisify(buildConnector(tls));
  const connect = async (options: buildConnector.Options): Promise<Socket | null> => {
    const { hostname: host, port, protocol } = options;
    const isSecure = protocol === 'https:';
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new MailError('timeout', `The proxy on the way to ${host} did not answer within ${PROXY_ANSWERS_MS} ms.`)), PROXY_ANSWERS_MS);
    try {
      const socket = await throughProxy({ host, port: Number(port) || (isSecure ? 443 : 80) }, { signal: late.signal });
      return isSecure ? await secure({ ...options, httpSocket: socket }) : socket;
    } finally {
      clearTimeout(timer);
    }
  };
  const connectOrTell = callbackify(connect);
  return (options, callback) => connectOrTell(options, (error, socket) => (socket ? callback(null, socket) : callback(error, null)));
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
