import type { TenantContext } from '../../door.ts';
import type { FaultOptions } from '../../faults/catalogue.ts';
import type { FaultPlace } from '../../faults/registry.ts';
import { GraphError, tooManyRequests } from './graph-error.ts';
import { retryAfterHeader } from './retry-after.ts';

/** Faults of HTTP that strike one request, before or after it is carried out. */
export interface FaultPoint {
  /** Throws a refusal, or a Dropped. */
  before(): Promise<void>;
  after(): void;
}

/** The connection ends without an answer. */
export class Dropped extends Error {
  constructor() {
    super('The connection was cut.');
    this.name = 'Dropped';
  }
}

interface Struck {
  readonly signal: AbortSignal;
  readonly method: string;
  readonly url: string;
}

type Narrowed = { readonly method?: string | undefined; readonly path?: string | undefined };

const CODES: Readonly<Record<FaultOptions<'http.refuse'>['status'], readonly [code: string, message: string]>> = {
  429: ['TooManyRequests', 'Please retry again later.'],
  500: ['ErrorInternalServerError', 'An internal server error occurred. The operation failed.'],
  502: ['BadGateway', 'Failed to execute backend request.'],
  503: ['ServiceUnavailable', 'The service is unavailable.'],
  504: ['GatewayTimeout', 'The upstream server did not answer in time.'],
  509: ['bandwidthLimitExceeded', 'Your app has been throttled for exceeding the maximum bandwidth cap.'],
};

const isAt =
  ({ method, url }: Pick<Struck, 'method' | 'url'>) =>
  (options: Narrowed): boolean =>
    (options.method === undefined || options.method.toUpperCase() === method) && (options.path === undefined || new RegExp(options.path, 'i').test(url));

export function faultPoint({ faults, clock }: TenantContext, request: Struck, place: FaultPlace): FaultPoint {
  const strikes = isAt(request);
  const strike = (when: 'before' | 'after'): void => {
    if (faults.take('http.drop-response', place, (options) => options.when === when && strikes(options))) throw new Dropped();
    const refusal = faults.take('http.refuse', place, (options) => options.when === when && strikes(options));
    if (refusal) throw refused(refusal, clock.now());
  };
  return {
    async before() {
      const slow = faults.take('http.slow', place, strikes);
      if (slow) await clock.sleep(slow.ms, request.signal);
      strike('before');
    },
    after: () => strike('after'),
  };
}

/** A gateway that times out does not say when to come back. */
function refused({ status, code, retryAfter }: FaultOptions<'http.refuse'>, now: Date): GraphError {
  const [usualCode, message] = CODES[status];
  const tells = status === 429 || status === 503 || typeof retryAfter === 'number';
  const refusal = status === 429 && code === undefined ? tooManyRequests() : new GraphError(status, code ?? usualCode, message);
  return tells ? refusal.with(retryAfterHeader(retryAfter, now)) : refusal;
}
