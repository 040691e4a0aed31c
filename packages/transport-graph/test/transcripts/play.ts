import { type Clock, type Credential, type CredentialRequest, type MailTransport, secret, type TransportContext } from '@signalbox/core';
import { HttpResponse, http, type JsonBodyType } from 'msw';
import type { SetupServer } from 'msw/node';
import { expect } from 'vitest';
import { type GraphConfig, graphConfig } from '../../src/config.ts';
import { plugin } from '../../src/index.ts';
import { type Asked, expectAsked } from './expected.ts';
import { answerTo, type Exchange, transcript } from './transcript.ts';

export const MAILBOX = 'user@contoso.com';
const TOKEN = 'token-of-the-transcripts';

export interface Scene {
  readonly open: () => Promise<MailTransport>;
  /** What the credential provider was asked. */
  readonly credentialRequests: readonly CredentialRequest[];
  /** What was asked of the service, in order. */
  readonly asked: readonly Asked[];
}

export interface PlayOptions {
  readonly mailbox?: string;
  readonly config?: object;
  /** Does not ask for the Inbox before. */
  readonly unopened?: boolean;
}

/** Answers from a transcript, in its order. All of it must be asked for, and nothing else. */
export async function play(server: SetupServer, exchanges: readonly Exchange[], test: (scene: Scene) => Promise<void>, { mailbox = MAILBOX, config = {}, unopened = false }: PlayOptions = {}): Promise<void> {
  await using all = new AsyncDisposableStack();
  const left = [...(unopened ? [] : transcript('opening').exchanges), ...exchanges];
  const [asked, unlike, credentialRequests]: [Asked[], unknown[], CredentialRequest[]] = [[], [], []];
  const answer = async (request: Request): Promise<Response | undefined> => {
    const one = await askedOf(request);
    asked.push(one);
    const exchange = left.shift();
    if (!exchange) {
      unlike.push(new Error(`${request.method} ${request.url} is not in the transcript.`));
      return undefined;
    }
    try {
      return respond(one, exchange, mailbox);
    } catch (error) {
      unlike.push(error);
      return new HttpResponse(null, { status: 400 });
    }
  };
  server.use(http.all('*', ({ request }) => answer(request)));
  const open = async (): Promise<MailTransport> => all.use(await plugin.open(contextOf(mailbox, config, credentialRequests)));
  await test({ open, asked, credentialRequests }).catch((error: unknown) => {
    throw unlike[0] ?? error; // what the transport made of a wrong transcript says nothing
  });
  expect(unlike).toEqual([]);
  expect(left).toEqual([]);
}

/** A fixed token, the fetch that msw stands behind, and a clock in a hurry. */
function contextOf(address: string, config: object, requests: CredentialRequest[]): TransportContext<GraphConfig> {
  const credential: Credential = { kind: 'bearer', username: address, token: secret(TOKEN) };
  return {
    mailbox: { id: 'transcript', address },
    config: graphConfig.parse(config),
    credentials: {
      async getCredential(request) {
        requests.push(request);
        return credential;
      },
    },
    clock: hurriedClock(),
    fetch: globalThis.fetch,
    network: {},
    log: { log: () => {} },
  };
}

/** What would be waited for passes at once; silence never does. */
function hurriedClock(): Clock {
  let skipped = 0;
  return {
    now: () => new Date(Date.now() + skipped),
    async sleep(ms, signal) {
      if (ms >= 30_000) await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
      skipped += ms;
    },
  };
}

async function askedOf(request: Request): Promise<Asked> {
  const bytes = Buffer.from(await request.arrayBuffer());
  const isJson = request.headers.get('content-type') === 'application/json';
  return { method: request.method, url: new URL(request.url), headers: request.headers, body: isJson ? JSON.parse(bytes.toString()) : bytes };
}

function respond(asked: Asked, exchange: Exchange, mailbox: string): Response {
  expectAsked(asked, exchange, mailbox);
  expectProof(asked);
  if (exchange.lost) return HttpResponse.error();
  if (exchange.batch) return HttpResponse.json({ responses: batchAnswers(asked, exchange.batch, mailbox) });
  const { status, headers, body, text } = answerTo(exchange);
  const { 'Content-length': _, 'Content-Length': __, ...kept } = headers; // of placeholders
  if (body === undefined) return new HttpResponse(text ?? null, { status, headers: kept });
  return HttpResponse.json(body as JsonBodyType, { status, headers: kept });
}

/** The address of an upload session proves itself, and a token for Graph goes nowhere else (FACTS.md E7). */
function expectProof({ url, headers }: Asked): void {
  const isGraph = url.host === 'graph.microsoft.com';
  expect([headers.get('authorization'), headers.get('prefer')?.split(',', 1)[0] ?? null]).toEqual(isGraph ? [`Bearer ${TOKEN}`, 'IdType="ImmutableId"'] : [null, null]);
}

interface BatchRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** In another order than they were asked for, as the documentation warns. */
function batchAnswers({ body }: Asked, items: readonly Exchange[], mailbox: string): readonly unknown[] {
  const { requests } = body as { readonly requests: readonly BatchRequest[] };
  expect(requests).toHaveLength(items.length);
  return requests
    .map(({ id, method, url, headers, body }, index) => {
      const item = items[index] ?? {};
      expectAsked({ method, url: new URL(`https://graph.microsoft.com/v1.0${url}`), headers: new Headers(headers), body }, item, mailbox);
      const answer = answerTo(item);
      return { id, status: answer.status, headers: answer.headers, body: answer.body };
    })
    .toReversed();
}
