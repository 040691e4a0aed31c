import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { abortable } from '@signalbox/kit';
import { type EndPage, PAGE_HEADERS, renderEndPage } from './page.ts';

/** Waits on this machine for a browser to come back from signing in (RFC 8252 §7.3). Disposal closes it. */
export interface Loopback extends AsyncDisposable {
  readonly redirectUri: string;
  /** Resolves when the browser comes back with this `state`; whoever comes without it is sent away. */
  waitFor(state: string | undefined, signal: AbortSignal): Promise<Return>;
}

/** The browser, come back and waiting for an answer. */
export interface Return {
  /** With its query string, which holds a code: not for logs. */
  readonly url: string;
  readonly answer: (page: EndPage) => Promise<void>;
}

const STRANGER: EndPage = { title: 'This is not a sign-in that was begun here', lines: ['Begin again with "signalbox auth sign-in", and use the newest page.'], good: false };

/** `localhost` and not 127.0.0.1, because Entra takes any port with that name alone (learn.microsoft.com: "Redirect URI restrictions", localhost exceptions). */
export async function openLoopback(): Promise<Loopback> {
  const { promise: came, resolve } = Promise.withResolvers<Return>();
  let expected: { readonly state: string | undefined } | undefined;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri);
    if (!expected || !isReturn(request, url, expected.state)) return void end(response, url.pathname === '/' ? 400 : 404, STRANGER);
    expected = undefined; // once: a reload of the page is a stranger
    resolve({ url: url.href, answer: (page) => end(response, page.good ? 200 : 400, page) });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const redirectUri = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    redirectUri,
    waitFor(state, signal) {
      expected = { state };
      return abortable(came, signal);
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** RFC 6749 §4.1.2: a code or an error, and the state that was sent along. */
function isReturn({ method }: IncomingMessage, { pathname, searchParams }: URL, state: string | undefined): boolean {
  if (method !== 'GET' || pathname !== '/') return false;
  return (searchParams.has('code') || searchParams.has('error')) && (searchParams.get('state') ?? undefined) === state;
}

async function end(response: ServerResponse, status: number, page: EndPage): Promise<void> {
  const closed = once(response, 'close'); // also where the browser has left meanwhile
  response.writeHead(status, PAGE_HEADERS).end(renderEndPage(page));
  await closed;
}
