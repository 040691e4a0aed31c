import type { FaultPlace } from '../../faults/registry.ts';
import { httpFaults, type HttpFaults, type HttpRefusal } from '../../http/faults.ts';
import type { EntraContext } from '../context.ts';
import { EntraError, SECONDS, waitOf } from '../error.ts';
import { type Form, withBasic } from '../form.ts';
import type { Asked, EntraServer } from './server.ts';

/** 429 throttles the tenant, others are transient (FACTS.md A10). */
const CODES: Readonly<Record<number, number>> = { 429: 90055, 500: 50033 };

/** Throws when a fault refuses what was carried out: what the request did stays done, only the answer is another one. */
export type RefuseAfter = (asked: Asked) => void;

/** The faults that strike a request whatever it is about. */
export function installHttpFaults(server: EntraServer, context: EntraContext): RefuseAfter {
  const { clock, faults } = context;
  const of = (asked: Asked): HttpFaults => httpFaults(context, asked, placeOf(asked), SECONDS);

  const refused = new WeakSet<Asked>();
  const refuseAfter: RefuseAfter = (asked) => {
    // The refusal itself is sent by the same way.
    const refuse = refused.has(asked) ? undefined : of(asked).refusal('after');
    if (!refuse) return;
    refused.add(asked);
    throw refusalFor(refuse);
  };

  const closing = new AbortController();
  const sleepLong = async (ms: number): Promise<void> => {
    try {
      await clock.sleep(ms, closing.signal);
    } catch (error) {
      if (!closing.signal.aborted) throw error;
    }
  };

  server.addHook('preClose', async () => closing.abort());
  server.addHook('preHandler', async (request, reply) => {
    const struck = of(request);
    const delay = struck.delay();
    if (delay !== undefined) await sleepLong(delay);
    if (closing.signal.aborted || struck.isDropped('before')) {
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    const refuse = struck.refusal('before');
    if (refuse) throw refusalFor(refuse);
    const throttled = isForToken(request) ? faults.take('entra.throttled', placeOf(request)) : undefined;
    if (throttled) throw new EntraError(90055, waitOf(throttled.retryAfter, clock.now()));
  });
  server.addHook('preSerialization', async (request, _reply, payload) => {
    refuseAfter(request);
    return payload;
  });
  server.addHook('onSend', async (request, _reply, payload) => {
    if (of(request).isDropped('after')) request.raw.socket.destroy();
    return payload;
  });
  return refuseAfter;
}

function refusalFor({ status, code, ...wait }: HttpRefusal): EntraError {
  const own = /^(?:AADSTS)?(\d+)$/.exec(code ?? '')?.[1];
  return new EntraError(own === undefined ? (CODES[status] ?? 90033) : Number(own), { status, ...wait });
}

const isForToken = ({ url }: Asked): boolean => /\/oauth2\/(v2\.0\/)?token\/?(\?|$)/.test(url);

function placeOf({ body, query, headers }: Asked): FaultPlace {
  const form = { ...(query as Form), ...(typeof body === 'object' ? (body as Form) : {}) };
  const { authorization } = headers;
  const app = withBasic(form, typeof authorization === 'string' ? authorization : undefined)['client_id'];
  return { door: 'entra', ...(typeof app === 'string' && { app }) };
}
