import { MailError, type MailErrorCode, type MailErrorOptions, type ProtocolDetail, type Remedy } from '@signalbox/core';

/** What a failure of a database means; a table of these stands beside each backend. */
export interface DatabaseFailure {
  readonly code: MailErrorCode;
  /** Goes on where "The database …" has begun. */
  readonly says: string;
  /** What the operator can do. */
  readonly remedy?: string;
  readonly action?: Remedy['action'];
  /** Where it is not as the code says. */
  readonly retry?: MailErrorOptions['retry'];
}

export function toDatabaseError({ code, says, remedy, action = 'fix-config', retry }: DatabaseFailure, place: string, { cause, detail }: { readonly cause: Error; readonly detail: ProtocolDetail }): MailError {
  return new MailError(code, `The database ${place} ${says}.`, {
    affects: 'endpoint',
    cause,
    detail,
    ...(retry && { retry }),
    ...(remedy !== undefined && { remedy: { who: 'operator', action, text: remedy } }),
  });
}
