import type { BlastRadius, MailErrorOptions, ProtocolDetail, Remedy, Retry } from '@signalbox/core';
import { ROUTER_ERROR_CODES, type RouterErrorCode } from './codes.ts';

/** A string tag, not `instanceof`, as core's errors have it, and another one: the codes are others. */
const TYPE = 'signalbox/router-error';

/** A failure of the router or its store that no plugin can have. It has the fields of a `MailError`, with the same meaning. */
export class RouterError extends Error {
  readonly $type = TYPE;
  override readonly name: string = 'RouterError';
  readonly code: RouterErrorCode;
  readonly retry: Retry;
  readonly affects: BlastRadius;
  declare readonly retryAfterMs?: number;
  declare readonly remedy?: Remedy;
  declare readonly detail?: ProtocolDetail;

  constructor(code: RouterErrorCode, message: string, options: MailErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? ROUTER_ERROR_CODES[code].retry;
    this.affects = options.affects ?? ROUTER_ERROR_CODES[code].affects;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.remedy) this.remedy = options.remedy;
    if (options.detail) this.detail = options.detail;
  }
}

export const isRouterError = (error: unknown): error is RouterError =>
  typeof error === 'object' && error !== null && '$type' in error && error.$type === TYPE;
