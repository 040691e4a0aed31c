import { CASES, DEFAULT_LIMITS, matrixProblems, matrixTable, runSaboteurs } from '@signalbox/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALL_WORLDS } from './worlds.ts';

/** Nothing here waits for a network: what has not happened after a moment will not happen. */
const limits = { ...DEFAULT_LIMITS, overallMs: 10_000, settleMs: 2500, largeOctets: 4 * 1024 * 1024 };

describe('saboteurs of memory', () => {
  const { stackTraceLimit } = Error;
  beforeAll(() => {
    Error.stackTraceLimit = 0; // tens of thousands of failures are expected here, and nobody reads where they came from
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it('are each caught by the cases they name and by no others, and no case is blind', { timeout: 180_000 }, async () => {
    const matrix = await runSaboteurs({ worlds: SMALL_WORLDS, limits });
    console.log(matrixTable(matrix)); // what a reviewer of a new case wants to see
    expect(matrixProblems(matrix)).toEqual([]);
    expect(matrix.cases).toEqual(CASES.map(({ id }) => id));
  });
});
