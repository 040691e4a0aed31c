import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type MailErrorCode } from './error-codes.ts';
import { isMailError, MailError } from './mail-error.ts';

/** The module as a second installed copy would bring it. */
const anotherCopy = async (): Promise<typeof import('./mail-error.ts')> => {
  const specifier = './mail-error.ts?another-copy';
  return (await import(/* @vite-ignore */ specifier)) as typeof import('./mail-error.ts');
};

describe('MailError', () => {
  it.each(Object.keys(ERROR_CODES) as MailErrorCode[])('takes the facts of %s from the table', (code) => {
    const error = new MailError(code, 'It failed.');
    expect({ retry: error.retry, affects: error.affects }).toEqual(ERROR_CODES[code]);
  });

  it('lets a single error narrow the facts of its code', () => {
    const error = new MailError('unavailable', 'The folder is locked.', { affects: 'folder', retry: 'never' });
    expect(error).toMatchObject({ code: 'unavailable', affects: 'folder', retry: 'never' });
  });

  it('carries remedy, detail, delay and cause as given', () => {
    const cause = new Error('socket closed');
    const remedy = { who: 'operator', action: 'fix-config', text: 'Correct the port.' } as const;
    const detail = { protocol: 'imap', status: 'NO', text: 'no such user' };
    const error = new MailError('throttled', 'Too many connections.', { cause, remedy, detail, retryAfterMs: 0 });
    expect(error).toMatchObject({ message: 'Too many connections.', name: 'MailError', cause, remedy, detail, retryAfterMs: 0 });
  });

  it('has no member for what is not known', () => {
    const error = new MailError('timeout', 'No answer.');
    for (const absent of ['cause', 'remedy', 'detail', 'retryAfterMs']) expect(error).not.toHaveProperty(absent);
  });

  it('is an Error with a stack that names the code’s own message', () => {
    const error = new MailError('timeout', 'No answer.');
    expect(error).toBeInstanceOf(Error);
    expect(error.stack).toContain('No answer.');
  });
});

describe('isMailError', () => {
  it('recognises an error of another copy of this package', async () => {
    const copy = await anotherCopy();
    const foreign = new copy.MailError('auth.rejected', 'Refused.');
    expect(foreign).not.toBeInstanceOf(MailError);
    expect(isMailError(foreign)).toBe(true);
    expect(copy.isMailError(new MailError('auth.rejected', 'Refused.'))).toBe(true);
  });

  it.each([undefined, null, 'auth.rejected', 7, {}, new Error('plain'), { code: 'auth.rejected' }, new DOMException('stop', 'AbortError')])(
    'says no to what is none: %s',
    (value) => {
      expect(isMailError(value)).toBe(false);
    },
  );
});
