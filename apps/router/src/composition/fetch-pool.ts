import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { callbackify, promisify } from 'node:util';
import { isMailError, MailError, type NetworkSettings } from '@signalbox/core';
import { type ConnectThroughProxy, proxyConnector, secureContextFor } from '@signalbox/kit';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { leanFetch, wholeFetch } from '../lean-fetch/lean-fetch.ts';
import { leanRequestOf } from '../lean-fetch/request.ts';

type Fetch = typeof globalThis.fetch;

/** Makes fetches bound to proxies and certificates; mailboxes with the same settings share connections. */
export interface FetchPool extends AsyncDisposable {
  fetchFor(network: NetworkSettings): Fetch;
}

/**
 * Connections to one server. Without a limit a request that finds none free opens one: a thousand mailboxes that wake together would open four
 * thousand. With one, requests wait in the order they came, which is fair because no mailbox has more than four of them (FACTS.md E12,
 * docs/decisions/0013-lean-fetch.md).
 */
const MOST_CONNECTIONS = 64;

export interface FetchPoolOptions {
  /** To each server, by way of the same proxy and with the same certificates. */
  readonly connections?: number;
}

export function createFetchPool({ connections = MOST_CONNECTIONS }: FetchPoolOptions = {}): FetchPool {
  const dispatchers = new Map<string, Dispatcher>();
  const alone = new Set<Dispatcher>();
  return {
    fetchFor(network) {
      const key = fingerprint(network);
      const dispatcher = dispatchers.get(key) ?? createDispatcher(network, connections);
      dispatchers.set(key, dispatcher);
      return bind(dispatcher, () => createDispatcher(network, 1), alone);
    },
    async [Symbol.asyncDispose]() {
      const open = [...dispatchers.values(), ...alone];
      dispatchers.clear();
      await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

/**
 * The lean way, or undici's own fetch for what it does not know: Node's bundled one may refuse a dispatcher of another undici version. A request
 * that asks for its connection to be closed gets one of its own: over a pooled one it would reach the very machine it wants to get away from (FACTS.md F).
 */
const bind = (dispatcher: Dispatcher, create: () => Dispatcher, alone: Set<Dispatcher>): Fetch => async (input, init) => {
  const request = leanRequestOf(input, init);
  const ask = (over: Dispatcher): Promise<Response> => (request ? leanFetch(request, over) : wholeFetch(over, input, init));
  try {
    return await ((request ? request.closes : wantsItsOwn(init)) ? askAlone(ask, create(), alone) : ask(dispatcher));
  } catch (error) {
    // To plugins a proxy that wants a login would be one more "fetch failed".
    throw error instanceof TypeError && isMailError(error.cause) ? error.cause : error;
  }
};

const wantsItsOwn = (init: RequestInit | undefined): boolean => {
  try {
    return init?.headers !== undefined && new Headers(init.headers).get('connection') === 'close';
  } catch {
    return false; // `fetch` refuses them, in its own words
  }
};

async function askAlone(ask: (over: Dispatcher) => Promise<Response>, own: Dispatcher, alone: Set<Dispatcher>): Promise<Response> {
  alone.add(own);
  try {
    return await ask(own);
  } finally {
    // Once the answer is read to its end.
    own.close().then(
      () => alone.delete(own),
      () => alone.delete(own),
    );
  }
}

function createDispatcher(network: NetworkSettings, connections: number): Dispatcher {
  const tls = tlsOptions(network);
  const throughProxy = proxyConnector(network);
  return new Agent({ connections, connect: throughProxy ? tunnel(throughProxy, tls) : tls });
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
  readonly secureContext?: SecureContext;
}

/** One for all connections: made for each of them, it takes ten milliseconds and a megabyte. */
function tlsOptions(network: NetworkSettings): TlsOptions {
  const secureContext = secureContextFor(network);
  return secureContext ? { secureContext } : {};
}

const fingerprint = ({ ca, proxy, clientCertificate }: NetworkSettings): string =>
  createHash('sha256').update(JSON.stringify([ca ?? [], proxy ?? '', clientCertificate?.certificate ?? ''])).digest('base64url');
