import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { abortable } from '../abortable.ts';
import type { ProxyAddress } from './address.ts';
import type { Destination } from './connect.ts';
import { ProxyFailure } from './failure.ts';

export interface HttpProxyOptions {
  /** Authorities for a proxy that speaks TLS; the system's own when absent. */
  readonly ca?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** CONNECT, RFC 9110 §9.3.6. */
export async function connectOverHttp(proxy: ProxyAddress, { host, port }: Destination, { ca, signal }: HttpProxyOptions = {}): Promise<Socket> {
  const request = connectRequest(proxy, isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`, ca);
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  request.once('connect', ({ statusCode = 0 }, socket, head) => {
    if (statusCode >= 200 && statusCode < 300) {
      if (head.byteLength > 0) socket.unshift(head); // the greeting of a server that is as quick as the proxy
      return resolve(socket);
    }
    socket.on('error', () => {}).destroy();
    reject(new ProxyFailure(`The proxy answered ${statusCode}.`, statusCode === 407));
  });
  request.on('error', reject); // stays: a request that is given up fails once more, when nobody waits for it
  request.end();
  try {
    return await abortable(promise, signal);
  } catch (error) {
    request.destroy();
    promise.then((socket) => socket.destroy()).catch(() => {});
    throw error;
  }
}

function connectRequest({ protocol, host, port, login }: ProxyAddress, authority: string, ca: HttpProxyOptions['ca']): ClientRequest {
  const options = {
    host,
    port,
    method: 'CONNECT',
    path: authority,
    agent: false,
    headers: { host: authority, ...(login && { 'proxy-authorization': `Basic ${Buffer.from(`${login.username}:${login.password.reveal()}`).toString('base64')}` }) },
  } as const;
  if (protocol === 'http') return requestHttp(options);
  return requestHttps({ ...options, rejectUnauthorized: true, ...(isIP(host) === 0 && { servername: host }), ...(ca && { ca: [...ca] }) });
}
