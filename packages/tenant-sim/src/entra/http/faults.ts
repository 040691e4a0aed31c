import type { FaultOptions } from '../../faults/catalogue.ts';
import type { FaultPlace } from '../../faults/registry.ts';
import type { EntraContext } from '../context.ts';
import { EntraError } from '../error.ts';
import { type Form, withBasic } from '../form.ts';
import { retryAfterOf } from '../retry-after.ts';
import type { Asked, EntraServer } from './server.ts';

type HttpFault = 'http.refuse' | 'http.drop-response' | 'http.slow';

/** 429 throttles the tenant, others are transient (FACTS.md A10). */
const CODES: Readonly<Record<number, number>> = { 429: 90055, 500: 50033 };

/** Throws when a fault refuses what was carried out: what the request did stays done, only the answer is another one. */
export type RefuseAfter = (asked: Asked) => void;

/** The faults that strike a request whatever it is about. */
export function installHttpFaults(server: EntraServer, context: EntraContext): RefuseAfter {
  const { clock, faults } = context;
  const take = <N extends HttpFault>(name: N, asked: Asked, when?: 'before' | 'after'): FaultOptions<N> | undefined => faults.take(name, placeOf(asked), (options) => isMeant(options, asked, when));
  const refusalFor = (options: FaultOptions<'http.refuse'>): EntraError => {
    const code = /^(?:AADSTS)?(\d+)$/.exec(options.code ?? '')?.[1];
    return new EntraError(code === undefined ? (CODES[options.status] ?? 90033) : Number(code), { status: options.status, ...retryAfterOf(options.retryAfter, clock.now()) });
  };

  const refused = new WeakSet<Asked>();
  const refuseAfter: RefuseAfter = (asked) => {
    // The refusal itself is sent by the same way.
    const refuse = refused.has(asked) ? undefined : take('http.refuse', asked, 'after');
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
    const slow = take('http.slow', request);
    if (slow) await sleepLong(slow.ms);
    if (closing.signal.aborted || take('http.drop-response', request, 'before')) {
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    const refuse = take('http.refuse', request, 'before');
    if (refuse) throw refusalFor(refuse);
    const throttled = isForToken(request) ? faults.take('entra.throttled', placeOf(request)) : undefined;
    if (throttled) throw new EntraError(90055, retryAfterOf(throttled.retryAfter, clock.now()));
  });
  server.addHook('preSerialization', async (request, _reply, payload) => {
    refuseAfter(request);
    return payload;
  });
  server.addHook('onSend', async (request, _reply, payload) => {
    if (take('http.drop-response', request, 'after')) request.raw.socket.destroy();
    return payload;
  });
  return refuseAfter;
}

const pathOf = ({ url }: Asked): string => url.split('?')[0] ?? url;
const isForToken = (asked: Asked): boolean => /\/oauth2\/(v2\.0\/)?token\/?$/.test(pathOf(asked));

function isMeant(options: FaultOptions<HttpFault>, asked: Asked, when: 'before' | 'after' | undefined): boolean {
  if (options.method !== undefined && options.method.toUpperCase() !== asked.method) return false;
  if (options.path !== undefined && !new RegExp(options.path).test(pathOf(asked))) return false;
  return when === undefined || !('when' in options) || options.when === when;
}

function placeOf({ body, query, headers }: Asked): FaultPlace {
  const form = { ...(query as Form), ...(typeof body === 'object' ? (body as Form) : {}) };
  const { authorization } = headers;
  const app = withBasic(form, typeof authorization === 'string' ? authorization : undefined)['client_id'];
  return { door: 'entra', ...(typeof app === 'string' && { app }) };
}
