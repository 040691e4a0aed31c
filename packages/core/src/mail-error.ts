import { type BlastRadius, ERROR_CODES, type MailErrorCode, type Retry } from './error-codes.ts';
import type { Remedy } from './remedy.ts';

/** A string tag, not `instanceof`: it holds across two installed copies of this package, for values and for types. */
const TYPE = 'signalbox/error';

/** What the other side said, redacted. For people and logs: never branch on it. */
export interface ProtocolDetail {
  readonly protocol: 'imap' | 'smtp' | 'http' | 'oauth' | (string & {});
  /** `NO [AUTHENTICATIONFAILED]`, `550 5.7.60`, `429`. */
  readonly status?: string;
  readonly text?: string;
  readonly requestId?: string;
}

export interface MailErrorOptions extends ErrorOptions {
  /** Default: the code's own. */
  readonly retry?: Retry;
  /** Default: the code's own. */
  readonly affects?: BlastRadius;
  readonly retryAfterMs?: number;
  readonly remedy?: Remedy;
  readonly detail?: ProtocolDetail;
}

/** Every failure that leaves a plugin. Test it with `isMailError(e) && e.code === '…'`. */
export class MailError extends Error {
  readonly $type = TYPE;
  override readonly name: string = 'MailError';
  readonly code: MailErrorCode;
  readonly retry: Retry;
  readonly affects: BlastRadius;
  // `declare`, or the fields would exist with the value `undefined`: absent means absent, also when printed.
  /** Earliest sensible moment to repeat, from now. */
  declare readonly retryAfterMs?: number;
  declare readonly remedy?: Remedy;
  declare readonly detail?: ProtocolDetail;

  constructor(code: MailErrorCode, message: string, options: MailErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? ERROR_CODES[code].retry;
    this.affects = options.affects ?? ERROR_CODES[code].affects;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.remedy) this.remedy = options.remedy;
    if (options.detail) this.detail = options.detail;
  }
}

export const isMailError = (error: unknown): error is MailError =>
  typeof error === 'object' && error !== null && '$type' in error && error.$type === TYPE;
