import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Door, DoorOptions, TenantContext } from '../door.ts';
import { LOOPBACK } from '../loopback.ts';
import { openSocketsOf } from '../open-sockets.ts';
import { StoreRefusal } from '../store/refusal.ts';
import { ControlRefusal } from './problems.ts';
import { clockRoutes } from './routes/clock.ts';
import { faultRoutes } from './routes/faults.ts';
import { mailRoutes } from './routes/mail.ts';
import { peopleRoutes } from './routes/people.ts';

/** Where tests of other processes turn the tenant's switches. */
export interface ControlDoor extends Door {
  readonly url: string;
  /** The bearer token without which it tells nothing but that it is there. New for each tenant. */
  readonly secret: string;
}

/** The largest mail a tenant may be set to take, in base64. */
const BODY_LIMIT = 256 * 1024 * 1024;
const HEALTH = '/health';

export async function startControlDoor(context: TenantContext, { port = 0, host = LOOPBACK }: DoorOptions = {}): Promise<ControlDoor> {
  const secret = randomBytes(32).toString('base64url');
  const { key, certificate } = context.certificates;
  const app = Fastify({ https: { key, cert: certificate }, bodyLimit: BODY_LIMIT, forceCloseConnections: true, exposeHeadRoutes: false });
  const sockets = openSocketsOf(app.server);
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url === HEALTH || isSame(request.headers.authorization, `Bearer ${secret}`)) return;
    void reply.header('www-authenticate', 'Bearer');
    throw new ControlRefusal(401, 'unauthorized', 'The control endpoint answers to those alone who have its secret.', [
      { place: 'header', field: 'authorization', message: 'Missing or wrong', remedy: 'Send "Bearer" and the secret that the tenant printed when it started.' },
    ]);
  });
  tellFailures(app, context);
  app.get(HEALTH, async () => ({ ok: true }));
  for (const routes of [faultRoutes, clockRoutes, mailRoutes, peopleRoutes]) routes(app, context);
  await app.listen({ host, port });
  const { port: taken } = app.server.address() as AddressInfo;
  return {
    host,
    port: taken,
    url: `https://${host === '::1' ? '[::1]' : host}:${taken}`,
    secret,
    async [Symbol.asyncDispose]() {
      sockets[Symbol.dispose]();
      await app.close();
    },
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const isSame = (given: string | undefined, expected: string): boolean => given !== undefined && timingSafeEqual(digest(given), digest(expected));

function tellFailures(app: FastifyInstance, { log }: TenantContext): void {
  app.setNotFoundHandler((request) => {
    throw new ControlRefusal(404, 'not-found', `There is nothing at ${request.method} ${request.url.split('?', 1)[0]}.`, [
      { place: 'path', field: '', message: 'Unknown', remedy: 'The README of @signalbox/tenant-sim lists what there is.' },
    ]);
  });
  app.setErrorHandler(async (error, _request, reply) => {
    const refusal = toRefusal(error);
    if (refusal.status >= 500) log.log('error', 'control.failed', { message: refusal.message });
    return reply.status(refusal.status).send(refusal.answer);
  });
}

function toRefusal(error: unknown): ControlRefusal {
  if (error instanceof ControlRefusal) return error;
  if (error instanceof StoreRefusal) return new ControlRefusal(409, 'refused', error.message);
  const { statusCode = 500, message } = error as { readonly statusCode?: number; readonly message: string };
  if (statusCode >= 500) return new ControlRefusal(500, 'failed', message);
  return new ControlRefusal(statusCode, 'invalid-request', message, [{ place: 'body', field: '', message, remedy: 'Send one JSON object, with the content type application/json.' }]);
}
