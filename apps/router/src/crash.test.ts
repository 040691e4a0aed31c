import { describe, expect, it } from 'vitest';
import { crashText } from './crash.ts';

const SECRET = 'canary-of-a-token';

describe('what is said of a crash', () => {
  it('leaves out a message that pretends to be a stack, a name and a code that are sentences', () => {
    const error = Object.assign(new Error(`one\n    at ${SECRET} (file:1:1)\n    at ${SECRET}`), { code: `it was ${SECRET}` });
    error.name = `Error of ${SECRET}`;
    const text = crashText(error);
    expect(text).not.toContain(SECRET);
    expect(text).toMatch(/\nError\n {4}at .*crash\.test\.ts:\d+/);
  });

  it('keeps the way to the cause', () => {
    expect(crashText(new TypeError(SECRET, { cause: new RangeError(SECRET) }))).toMatch(/TypeError\n {4}at [^]*Caused by: RangeError\n {4}at /);
  });

  it.each([undefined, null, SECRET, { secret: SECRET }])('says of something that is no error no more than its type: %j', (thrown) => {
    expect(crashText(thrown)).toContain(`of the type ${typeof thrown}`);
    expect(crashText(thrown)).not.toContain(SECRET);
  });
});
