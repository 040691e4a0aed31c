import assert, { AssertionError } from 'node:assert/strict';
import { inspect } from 'node:util';
import { ERROR_CODES, type FailedItem, isMailError, isPartialFailure, type MailError, type MailErrorCode } from '@signalbox/core';

/** What the promise rejects with; fulfilling is a failure. */
export async function reasonOf(promise: Promise<unknown>, what: string): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (reason: unknown) => ({ reason }),
  );
  if (!('reason' in outcome)) throw new AssertionError({ message: `${what} should have failed, but answered ${inspect(outcome.value, { depth: 1 })}.` });
  if (outcome.reason instanceof AssertionError) throw outcome.reason;
  return outcome.reason;
}

/** The promise rejects with a MailError of one of these codes. */
export async function rejects(promise: Promise<unknown>, codes: MailErrorCode | readonly MailErrorCode[], what: string): Promise<MailError> {
  const error = mailErrorOf(await reasonOf(promise, what), what);
  const expected = typeof codes === 'string' ? [codes] : codes;
  assert.ok(expected.includes(error.code), `${what}: expected ${expected.join(' or ')}, got ${error.code}: ${error.message}`);
  return error;
}

/** What a failure of a transport always is. */
export function mailErrorOf(reason: unknown, what: string): MailError {
  assert.ok(isMailError(reason), `${what}: expected a MailError, got ${inspect(reason)}`);
  assert.ok(reason.code in ERROR_CODES, `${what}: ${reason.code} is not in the error table`);
  assert.notEqual(reason.message, '', `${what}: the error says nothing`);
  return reason;
}

/** The promise rejects with a PartialFailureError. */
export async function rejectsPartly(promise: Promise<unknown>, what: string): Promise<{ readonly done: readonly unknown[]; readonly failed: readonly FailedItem<unknown>[] }> {
  const error = mailErrorOf(await reasonOf(promise, what), what);
  assert.ok(isPartialFailure(error), `${what}: expected a PartialFailureError, got ${error.code}: ${error.message}`);
  for (const { error: cause } of error.failed) mailErrorOf(cause, what);
  return error;
}
