import type { TenantContext } from '../../door.ts';
import type { FaultOptions } from '../../faults/catalogue.ts';
import type { FaultPlace } from '../../faults/registry.ts';
import { httpFaults, type HttpRefusal, type When } from '../../http/faults.ts';
import { GraphError, tooManyRequests } from './graph-error.ts';

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

/** What a refusal tells the client to wait. */
const SECONDS = 2;

const CODES: Readonly<Record<FaultOptions<'http.refuse'>['status'], readonly [code: string, message: string]>> = {
  429: ['TooManyRequests', 'Please retry again later.'],
  500: ['ErrorInternalServerError', 'An internal server error occurred. The operation failed.'],
  502: ['BadGateway', 'Failed to execute backend request.'],
  503: ['ServiceUnavailable', 'The service is unavailable.'],
  504: ['GatewayTimeout', 'The upstream server did not answer in time.'],
  509: ['bandwidthLimitExceeded', 'Your app has been throttled for exceeding the maximum bandwidth cap.'],
};

export function faultPoint(context: TenantContext, request: Struck, place: FaultPlace): FaultPoint {
  const faults = httpFaults(context, request, place, SECONDS);
  const strike = (when: When): void => {
    if (faults.isDropped(when)) throw new Dropped();
    const refusal = faults.refusal(when);
    if (refusal) throw refused(refusal);
  };
  return {
    async before() {
      const delay = faults.delay();
      if (delay !== undefined) await context.clock.sleep(delay, request.signal);
      strike('before');
    },
    after: () => strike('after'),
  };
}

function refused({ status, code, retryAfter }: HttpRefusal): GraphError {
  const [usualCode, message] = CODES[status];
  const refusal = status === 429 && code === undefined ? tooManyRequests() : new GraphError(status, code ?? usualCode, message);
  return retryAfter === undefined ? refusal : refusal.with({ 'Retry-After': retryAfter });
}
