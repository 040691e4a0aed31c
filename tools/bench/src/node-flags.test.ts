import { describe, expect, it } from 'vitest';
import { NODE_FLAGS, nodeFlagsOf } from './node-flags.ts';

describe('the flags of a script', () => {
  it('are those of its first line', () => {
    expect(nodeFlagsOf('#!/usr/bin/env -S node --a=1 --b\nimport "x";\n')).toEqual(['--a=1', '--b']);
  });

  it('are none where there are none', () => {
    expect(nodeFlagsOf('#!/usr/bin/env node\nimport "x";\n')).toEqual([]);
  });

  it('of the command bound its young generation, which the table of figures presumes', () => {
    expect(NODE_FLAGS).toEqual([expect.stringMatching(/^--max-semi-space-size=\d+$/)]);
  });
});
