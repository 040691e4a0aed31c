import type { TenantClock } from '../clock.ts';
import type { FaultOptions } from '../faults/catalogue.ts';
import { retryAfter } from '../http/retry-after.ts';
import { AADSTS, type AadstsRow } from './aadsts.ts';

export interface EntraErrorOptions {
  /** For the names in braces of the text. Never a secret. */
  readonly values?: Readonly<Record<string, string>>;
  /** What the next authorization request has to carry (FACTS.md A6, A11). */
  readonly claims?: string;
  /** The wait the client is told of, as the header says it. */
  readonly retryAfter?: string;
  readonly status?: number;
  /** Instead of the usual one of this code. */
  readonly error?: string;
}

/** What a refusal tells the client to wait. */
export const SECONDS = 10;

/** To be spread into the options of a refusal that a fault asks for. */
export function waitOf(form: FaultOptions<'entra.throttled'>['retryAfter'], now: Date): Pick<EntraErrorOptions, 'retryAfter'> {
  const wait = retryAfter(form, now, SECONDS);
  return wait === undefined ? {} : { retryAfter: wait };
}

/** A refusal as Entra words it. */
export class EntraError extends Error {
  override readonly name = 'EntraError';
  readonly code: number;
  readonly row: AadstsRow;
  readonly options: EntraErrorOptions;

  constructor(code: number, options: EntraErrorOptions = {}) {
    const row = AADSTS[code];
    if (!row) throw new Error(`AADSTS${code} is not in the table.`);
    const text = row.text.replaceAll(/\{(\w+)\}/g, (_, key: string) => options.values?.[key] ?? key);
    super(`AADSTS${code}: ${text}`);
    this.code = code;
    this.row = row;
    this.options = options;
  }

  get status(): number {
    return this.options.status ?? this.row.status;
  }

  get error(): string {
    return this.options.error ?? this.row.error;
  }
}

export interface ErrorBody {
  readonly error: string;
  readonly error_description: string;
  readonly error_codes: readonly number[];
  readonly timestamp: string;
  readonly trace_id: string;
  readonly correlation_id: string;
  readonly error_uri: string;
  readonly suberror?: string;
  readonly claims?: string;
}

export interface ErrorPlace {
  readonly clock: TenantClock;
  /** `https://host:port` of the door, as the client called it. */
  readonly base: string;
  /** The client's own, or a new one. */
  readonly correlationId: string;
}

/** `YYYY-MM-DD HH:MM:SSZ` */
export const timestampOf = (instant: Date): string => `${instant.toISOString().slice(0, 19).replace('T', ' ')}Z`;

/** The error object of FACTS.md A10. */
export function errorBody(refusal: EntraError, { clock, base, correlationId }: ErrorPlace): ErrorBody {
  const timestamp = timestampOf(clock.now());
  const traceId = crypto.randomUUID();
  const { suberror } = refusal.row;
  return {
    error: refusal.error,
    error_description: `${refusal.message}\r\nTrace ID: ${traceId}\r\nCorrelation ID: ${correlationId}\r\nTimestamp: ${timestamp}`,
    error_codes: [refusal.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `${base}/error?code=${refusal.code}`,
    ...(suberror !== undefined && { suberror }),
    ...(refusal.options.claims !== undefined && { claims: refusal.options.claims }),
  };
}
