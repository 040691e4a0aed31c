import { type CallOptions, type FailedItem, isMailError, type MailError, type MessageRef, PartialFailureError } from '@signalbox/core';
import type { BatchItem, BatchOutcome } from '../http/batch.ts';
import type { Session } from '../session.ts';

export interface BulkChange<Answer, Done> {
  readonly itemOf: (ref: MessageRef) => BatchItem;
  readonly done: (ref: MessageRef, answer: Answer) => Done;
  /** What a message that is gone means when the request was perhaps carried out before: done, where that is what was asked for. */
  readonly goneIsDone?: (ref: MessageRef) => Done;
}

/** One item for each message, in few requests. What failed for all alike is thrown as it is; otherwise each failure is told with its message. */
export async function changeEach<Answer, Done>({ client }: Session, refs: readonly MessageRef[], change: BulkChange<Answer, Done>, options?: CallOptions): Promise<readonly Done[]> {
  const outcomes = await client.batch<Answer>(refs.map((ref) => change.itemOf(ref)), options);
  const done: Done[] = [];
  const failed: FailedItem<MessageRef>[] = [];
  for (const [index, ref] of refs.entries()) {
    const result = resultOf(ref, outcomes[index], change);
    if ('done' in result) done.push(result.done);
    else failed.push({ item: ref, error: result.error });
  }
  const [first] = failed;
  if (!first) return done;
  if (done.length === 0 && first.error.affects !== 'item' && failed.every(({ error }) => error.code === first.error.code)) throw first.error;
  throw new PartialFailureError(`${failed.length} of ${refs.length} messages were not changed.`, done, failed);
}

function resultOf<Answer, Done>(ref: MessageRef, outcome: BatchOutcome<Answer> | undefined, { done, goneIsDone }: BulkChange<Answer, Done>): { readonly done: Done } | { readonly error: MailError } {
  if (!outcome) throw new RangeError('There is an outcome for each item.');
  if ('value' in outcome) return { done: done(ref, outcome.value) };
  if (outcome.doubtful && goneIsDone && isMailError(outcome.error) && outcome.error.code === 'message.not-found') return { done: goneIsDone(ref) };
  return { error: outcome.error };
}
