import formbody from '@fastify/formbody';
import { fastify, type FastifyReply } from 'fastify';
import type { TenantContext } from '../../door.ts';
import type { Authority } from '../context.ts';
import { resolveAuthority } from '../authority.ts';
import { EntraError, errorBody, timestampOf } from '../error.ts';
import { type Form, readForm } from '../form.ts';
import { refusalPage } from '../sign-in/pages.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A person reads the answers of this route, errors included. */
    readonly isPage?: boolean;
  }
}

export type EntraServer = Awaited<ReturnType<typeof makeServer>>;

/** The part of a request that the door looks at. */
export interface Asked {
  readonly url: string;
  readonly method: string;
  readonly host: string;
  readonly body?: unknown;
  readonly query: unknown;
  readonly params: unknown;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

// Its type names the server of node:https, which is easier inferred than written.
const makeServer = ({ certificates }: TenantContext) =>
  fastify({ https: { key: certificates.key, cert: certificates.certificate }, forceCloseConnections: true, routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 } });

/** An HTTPS server that reads forms, and words its errors as Entra does. */
export async function createServer(context: TenantContext): Promise<EntraServer> {
  const server = makeServer(context);
  server.removeAllContentTypeParsers();
  await server.register(formbody);
  // Anything else is as good as an empty form: the parameters are missing.
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, {}));
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store, no-cache', pragma: 'no-cache', 'x-content-type-options': 'nosniff', 'strict-transport-security': 'max-age=31536000; includeSubDomains', 'x-ms-request-id': crypto.randomUUID() });
  });
  server.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const refusal = error instanceof EntraError ? error : refusalOf(error);
    if (!(error instanceof EntraError) && refusal.code === 50000) context.log.log('error', 'entra.failed', { message: error.message });
    if (refusal.options.retryAfter !== undefined) void reply.header('retry-after', refusal.options.retryAfter);
    void reply.status(refusal.status);
    const correlationId = correlationOf(request);
    if (request.routeOptions.config.isPage !== true) return reply.send(errorBody(refusal, { clock: context.clock, base: baseOf(request), correlationId }));
    return sendPage(reply, refusalPage(context.directory.tenant.displayName, refusal, { correlationId, timestamp: timestampOf(context.clock.now()) }));
  });
  return server;
}

const refusalOf = ({ statusCode = 500 }: { readonly statusCode?: number }): EntraError => (statusCode < 500 ? new EntraError(9002313, { error: 'invalid_request', status: statusCode }) : new EntraError(50000));

export const baseOf = ({ host }: Pick<Asked, 'host'>): string => `https://${host}`;

/** Query and body together; each parameter once. */
export const formOf = ({ query, body }: Pick<Asked, 'query' | 'body'>): Form => ({ ...readForm(query), ...readForm(body) });

export const authorityOf = ({ directory }: TenantContext, asked: Asked): Authority => resolveAuthority(directory, baseOf(asked), (asked.params as { readonly tenant: string }).tenant);

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What the client calls its request; a new name when it has none. */
export function correlationOf({ query, body, headers }: Pick<Asked, 'query' | 'body' | 'headers'>): string {
  const given = [body, query, headers].map((source) => (source as Readonly<Record<string, unknown>> | undefined)?.['client-request-id']);
  return given.find((id): id is string => typeof id === 'string' && GUID.test(id)) ?? crypto.randomUUID();
}

const PAGE_HEADERS = { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'", 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY' };

export const sendPage = (reply: Pick<FastifyReply, 'headers' | 'type' | 'send'>, html: string): unknown => {
  reply.headers(PAGE_HEADERS);
  reply.type('text/html; charset=utf-8');
  return reply.send(html);
};
