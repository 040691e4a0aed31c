import { DEFAULT_LIMITS, matrixProblems, runTokenStoreCase, runTokenStoreSaboteurs, tokenStoreCasesFor, type TokenStoreWorld } from '@signalbox/conformance';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/index.ts';
import { backends, type Backend } from '../backends.ts';
import { nextLine, startChild } from '../child/start.ts';

/** `leaseMs` must be the same for all: it is how long the dead are waited for. */
const worldOn = ({ makePlace }: Backend, leaseMs: number) => async (): Promise<TokenStoreWorld> => {
  const place = await makePlace();
  const reopen = async (): Promise<Store['tokens']> => (await place.open({ leaseMs })).tokens;
  return {
    store: await reopen(),
    reopen,
    async dieInUpdate(key) {
      await using child = startChild('hang-in-update.ts', { ...place.child, leaseMs, key });
      await nextLine(child);
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
};

describe.each(backends)('the token store on $name', async (backend) => {
  const openWorld = worldOn(backend, 8000); // as a store has it that is opened without a word about it
  const { applicable, notApplicable } = await tokenStoreCasesFor(openWorld);
  for (const c of applicable) it(`${c.id}: ${c.title}`, () => runTokenStoreCase(c, openWorld));

  it('can be asked every case', () => expect(notApplicable).toEqual([]));

  it('is caught by the cases when saboteurs have been to it', { timeout: 120_000 }, async () => {
    const limits = { ...DEFAULT_LIMITS, overallMs: 10_000, settleMs: 2500 };
    const matrix = await runTokenStoreSaboteurs({ openWorld: worldOn(backend, 500), limits, cases: 'named' });
    expect(matrixProblems(matrix)).toEqual([]);
  });
});
