import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { type CallbackAnswer, isMailError, type Logger } from '@signalbox/core';
import { abortable } from '@signalbox/kit';
import { type Addresses, type Answer, createAddresses } from './addresses.ts';

/** Receives the calls of servers. Disposal closes it. */
export interface Receiver extends Pick<Addresses, 'open' | 'vacated'>, AsyncDisposable {}

export interface ReceiverOptions {
  /** HTTPS, without a slash at the end. */
  readonly publicUrl: string;
  /** Plain HTTP: whoever the public address belongs to passes on what is called. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly log: Logger;
}

/** What the contract promises to whoever answers: no more than this, and no longer. */
const BODY_LIMIT = 1_048_576;
const ANSWER_MS = 3_000;
/** For a request to arrive. */
const REQUEST_MS = 10_000;

/** Serves the addresses that are opened, `GET /health`, and nothing else. Throws what the system says where it cannot listen. */
export async function openReceiver({ publicUrl, listen, log }: ReceiverOptions): Promise<Receiver> {
  const addresses = createAddresses(publicUrl);
  const server = createServer(addresses, log);
  try {
    await server.listen({ ...listen });
  } catch (error) {
    await server.close();
    throw error;
  }
  return {
    open: (answer) => addresses.open(answer),
    vacated: (limitMs) => addresses.vacated(limitMs),
    [Symbol.asyncDispose]: async () => server.close(),
  };
}

function createServer(addresses: Addresses, log: Logger): FastifyInstance {
  const server = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    frameworkErrors: (_error, _request, reply) => void nothingHere(reply as unknown as FastifyReply),
  });
  // Whatever it calls itself, it is text to whoever reads it.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.setNotFoundHandler((_request, reply) => nothingHere(reply));
  // No word of what was wrong: whoever may call here does not need it.
  server.setErrorHandler(({ statusCode = 500 }: { readonly statusCode?: number }, _request, reply) => reply.code(statusCode).send());
  server.get('/health', (_request, reply) => bare(reply).send('ok\n'));
  server.post('/*', {
    // Before a body is read.
    onRequest: async (request, reply) => {
      if (!addresses.find(urlOf(request).pathname)) return nothingHere(reply);
    },
    handler: async (request, reply) => {
      const { pathname, searchParams } = urlOf(request);
      const answer = addresses.find(pathname);
      if (!answer) return nothingHere(reply); // closed meanwhile
      const { status, text } = await answerTo(answer, { query: Object.fromEntries(searchParams), body: typeof request.body === 'string' ? request.body : '' }, log);
      return bare(reply).code(status).send(text);
    },
  });
  return server;
}

/** Not decoded: an address is called as it was told, or not at all. */
const urlOf = ({ url }: { readonly url: string }): URL => new URL(`http://receiver${url.startsWith('/') ? '' : '/'}${url}`);

const nothingHere = (reply: FastifyReply): FastifyReply => reply.code(404).send();

/** Text that a browser takes for nothing else: a handshake repeats what the caller wrote. */
const bare = (reply: FastifyReply): FastifyReply => reply.type('text/plain; charset=utf-8').headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });

async function answerTo(answer: Answer, call: Parameters<Answer>[0], log: Logger): Promise<CallbackAnswer> {
  try {
    return await abortable(answer(call), AbortSignal.timeout(ANSWER_MS));
  } catch (error) {
    log.log('warn', 'callbacks.answer-failed', { code: codeOf(error) });
    return { status: 500 };
  }
}

function codeOf(error: unknown): string {
  if (isMailError(error)) return error.code;
  return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'internal';
}
