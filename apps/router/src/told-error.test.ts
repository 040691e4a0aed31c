import { readFile } from 'node:fs/promises';
import { MailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { ConsumerUnavailable } from './hand-over/unavailable.ts';
import { isMistake, kindOf, traceOf, wordsOf } from './told-error.ts';
import { UsageError } from './usage-error.ts';

const SECRET = 'canary-of-a-token';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('what is told of an error', () => {
  it.each([new MailError('unavailable', 'The server is away.'), new UsageError('There is no such mailbox.'), new ConsumerUnavailable('The disk is full.')])('is what it says, where that is ours: %s', (error) => {
    expect([wordsOf(error), isMistake(error)]).toEqual([error.message, false]);
  });

  it('is what the system says, and nothing that was added to it', async () => {
    const error = (await failureOf(readFile('/nowhere/at/all'))) as Error;
    expect([wordsOf(error), isMistake(error)]).toEqual([error.message, false]);
    error.message += ` ${SECRET}`;
    expect(wordsOf(error)).not.toContain(SECRET);
  });

  it.each([
    new TypeError(`Headers.append: "Bearer ${SECRET}" is an invalid header value.`),
    Object.assign(new Error(SECRET), { name: `Error of ${SECRET}`, code: `it was ${SECRET}` }),
    Object.assign(new Error(SECRET), { code: 'EWHAT', syscall: SECRET }),
    SECRET,
    { secret: SECRET },
    undefined,
  ])('is no more than the kind of anything else', (error) => {
    expect(isMistake(error)).toBe(true);
    for (const text of [wordsOf(error), kindOf(error), traceOf(error, kindOf).join('\n')]) expect(text).not.toContain(SECRET);
  });

  it('shows the way through causes once, also where they lead back', () => {
    const [inner, outer] = [new RangeError(SECRET), new TypeError(SECRET)];
    outer.cause = inner;
    inner.cause = outer;
    expect(traceOf(outer, kindOf).filter((line) => !line.startsWith('    at '))).toEqual(['TypeError', 'Caused by: RangeError']);
  });
});
