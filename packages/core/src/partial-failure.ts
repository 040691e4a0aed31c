import { MailError } from './mail-error.ts';

export interface FailedItem<Item> {
  readonly item: Item;
  readonly error: MailError;
}

/** Some items of a bulk call failed. Thrown, because a returned failure is a failure ignored. */
export class PartialFailureError<Done = unknown, Item = unknown> extends MailError {
  override readonly name = 'PartialFailureError';
  /** What did happen, in the call's own terms: moved messages, accepted recipients. */
  readonly done: readonly Done[];
  readonly failed: readonly FailedItem<Item>[];

  constructor(message: string, done: readonly Done[], failed: readonly FailedItem<Item>[]) {
    super('partial-failure', message);
    this.done = done;
    this.failed = failed;
  }
}

/** Narrows to `PartialFailureError` across copies of this package. */
export const isPartialFailure = (error: unknown): error is PartialFailureError =>
  error instanceof Error && 'code' in error && error.code === 'partial-failure' && 'failed' in error;
