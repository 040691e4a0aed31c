import { createMemoryTokenStore } from '@signalbox/kit';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.ts';
import { matrixProblems, matrixTable } from '../matrix.ts';
import type { TokenStoreWorld } from './case.ts';
import { TOKEN_STORE_CASES } from './cases.ts';
import { runTokenStoreCase, runTokenStoreSaboteurs, tokenStoreCasesFor } from './run.ts';
import { TOKEN_STORE_SABOTEURS } from './saboteurs.ts';

/** All "processes" share the one store there is. */
async function memoryWorld(): Promise<TokenStoreWorld> {
  const store = createMemoryTokenStore();
  return { store, reopen: async () => store, async [Symbol.asyncDispose]() {} };
}

describe('a token store in memory', async () => {
  const { applicable, notApplicable } = await tokenStoreCasesFor(memoryWorld);
  for (const c of applicable) it(`${c.id}: ${c.title}`, () => runTokenStoreCase(c, memoryWorld));

  it('dies with its process, and is not asked to survive it', () => {
    expect(notApplicable.map(({ case: { id }, missing }) => [id, missing])).toEqual([['tokens/survives-a-death', 'dieInUpdate']]);
  });

  it('is not told that it passes a case that does not apply', async () => {
    for (const { case: c } of notApplicable) await expect(runTokenStoreCase(c, memoryWorld)).rejects.toThrow(/does not apply/);
  });
});

describe('the saboteurs of token stores', () => {
  it('are each caught by the cases they name and by no others, and no case is blind', { timeout: 60_000 }, async () => {
    const matrix = await runTokenStoreSaboteurs({ openWorld: memoryWorld, limits: { ...DEFAULT_LIMITS, overallMs: 3000, settleMs: 400 } });
    console.log(matrixTable(matrix));
    expect(matrixProblems(matrix)).toEqual([]);
  });

  it('leave no case without one, and name only cases that exist', () => {
    const ids = TOKEN_STORE_CASES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(TOKEN_STORE_SABOTEURS.flatMap(({ caughtBy }) => caughtBy))).toEqual(new Set(ids));
  });
});
