import { DEFAULT_LIMITS, matrixProblems, runTokenStoreCase, runTokenStoreSaboteurs, tokenStoreCasesFor } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import { storeWorld } from './world.ts';

describe('the token store', async () => {
  const openWorld = storeWorld(8000); // as a store has it that is opened without a word about it
  const { applicable, notApplicable } = await tokenStoreCasesFor(openWorld);
  for (const c of applicable) it(`${c.id}: ${c.title}`, () => runTokenStoreCase(c, openWorld));

  it('can be asked every case', () => expect(notApplicable).toEqual([]));

  it('is caught by the cases when saboteurs have been to it', { timeout: 120_000 }, async () => {
    const limits = { ...DEFAULT_LIMITS, overallMs: 10_000, settleMs: 2500 };
    const matrix = await runTokenStoreSaboteurs({ openWorld: storeWorld(500), limits, cases: 'named' });
    expect(matrixProblems(matrix)).toEqual([]);
  });
});
