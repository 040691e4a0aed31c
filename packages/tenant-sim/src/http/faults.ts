import type { TenantContext } from '../door.ts';
import type { FaultOptions } from '../faults/catalogue.ts';
import type { FaultPlace } from '../faults/registry.ts';
import { retryAfter } from './retry-after.ts';

/** The faults of HTTP that strike one request. Each question takes one that is meant, and counts it. */
export interface HttpFaults {
  /** How long the request has to wait first, in milliseconds. */
  delay(): number | undefined;
  isDropped(when: When): boolean;
  refusal(when: When): HttpRefusal | undefined;
}

/** Before the request is carried out, or after. */
export type When = 'before' | 'after';

export interface HttpRefusal extends Pick<FaultOptions<'http.refuse'>, 'status' | 'code'> {
  /** Of Retry-After; absent when the client is not told when to come back. */
  readonly retryAfter?: string;
}

interface Struck {
  readonly method: string;
  readonly url: string;
}

type Narrowed = { readonly method?: string | undefined; readonly path?: string | undefined };

/** `seconds` is what a refusal tells the client to wait unless the fault says it. */
export function httpFaults({ clock, faults }: Pick<TenantContext, 'clock' | 'faults'>, { method, url }: Struck, place: FaultPlace, seconds: number): HttpFaults {
  const path = url.split('?', 1)[0] ?? '';
  const strikes = (options: Narrowed): boolean =>
    (options.method === undefined || options.method.toUpperCase() === method) && (options.path === undefined || new RegExp(options.path, 'i').test(path));
  const meant = (when: When) => (options: Narrowed & { readonly when: When }) => options.when === when && strikes(options);
  return {
    delay: () => faults.take('http.slow', place, strikes)?.ms,
    isDropped: (when) => faults.take('http.drop-response', place, meant(when)) !== undefined,
    refusal(when) {
      const fault = faults.take('http.refuse', place, meant(when));
      if (!fault) return undefined;
      const { status, code } = fault;
      const wait = tells(fault) ? retryAfter(fault.retryAfter, clock.now(), seconds) : undefined;
      return { status, code, ...(wait !== undefined && { retryAfter: wait }) };
    },
  };
}

/** A gateway that times out does not say when to come back. */
const tells = ({ status, retryAfter: form }: FaultOptions<'http.refuse'>): boolean => status === 429 || status === 503 || typeof form === 'number';
