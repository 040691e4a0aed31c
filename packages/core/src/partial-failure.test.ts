import { describe, expect, it } from 'vitest';
import { isMailError, MailError } from './mail-error.ts';
import { isPartialFailure, PartialFailureError } from './partial-failure.ts';

describe('PartialFailureError', () => {
  const refused = new MailError('recipient.refused', 'No such user.');
  const error = new PartialFailureError('1 of 2 recipients was refused.', ['a@example.org'], [{ item: 'b@example.org', error: refused }]);

  it('tells what happened and what did not, item by item', () => {
    expect(error.done).toEqual(['a@example.org']);
    expect(error.failed).toEqual([{ item: 'b@example.org', error: refused }]);
  });

  it('is a MailError that must not be repeated as a whole', () => {
    expect(isMailError(error)).toBe(true);
    expect(error).toMatchObject({ name: 'PartialFailureError', code: 'partial-failure', retry: 'never', affects: 'item' });
  });

  it('is told apart from other errors by its shape', () => {
    expect(isPartialFailure(error)).toBe(true);
    expect(isPartialFailure(refused)).toBe(false);
    expect(isPartialFailure(new MailError('partial-failure', 'Without items.'))).toBe(false);
    expect(isPartialFailure(undefined)).toBe(false);
  });
});
