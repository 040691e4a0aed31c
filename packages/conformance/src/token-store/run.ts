import { type CaseLimits, DEFAULT_LIMITS } from '../limits.ts';
import { within } from '../support/within.ts';
import type { OpenTokenStoreWorld, TokenStoreCase, TokenStoreCaseId, TokenStoreSaboteur, TokenStoreWorld } from './case.ts';
import { TOKEN_STORE_CASES } from './cases.ts';
import { TOKEN_STORE_SABOTEURS } from './saboteurs.ts';

/** Runs one case in a world of its own. Throws an `AssertionError` when the store is wrong, a `TypeError` when the case does not apply. */
export async function runTokenStoreCase(c: TokenStoreCase, openWorld: OpenTokenStoreWorld, limits: CaseLimits = DEFAULT_LIMITS): Promise<void> {
  await using world = await within(limits.overallMs, openWorld(), 'opening a world');
  const missing = missingFor(c, world);
  if (missing !== undefined) throw new TypeError(`${c.id} does not apply here, it needs: ${missing}.`);
  await within(limits.overallMs, c.run(world, limits), c.id);
}

export interface TokenStoreCaseSelection {
  readonly applicable: readonly TokenStoreCase[];
  readonly notApplicable: readonly { readonly case: TokenStoreCase; readonly missing: string }[];
}

/** Opens one world to see what it offers. */
export async function tokenStoreCasesFor(openWorld: OpenTokenStoreWorld): Promise<TokenStoreCaseSelection> {
  await using world = await openWorld();
  const judged = TOKEN_STORE_CASES.map((c) => ({ case: c, missing: missingFor(c, world) }));
  return {
    applicable: judged.flatMap(({ case: c, missing }) => (missing === undefined ? [c] : [])),
    notApplicable: judged.flatMap(({ case: c, missing }) => (missing === undefined ? [] : [{ case: c, missing }])),
  };
}

const missingFor = ({ needs = [] }: TokenStoreCase, world: TokenStoreWorld): string | undefined => {
  const missing = needs.filter((member) => world[member] === undefined);
  return missing.length > 0 ? missing.join(', ') : undefined;
};

export interface TokenStoreMatrixRow {
  readonly saboteur: TokenStoreSaboteur;
  /** The cases that noticed. */
  readonly caught: readonly TokenStoreCaseId[];
}

export interface TokenStoreMatrixOptions {
  readonly openWorld: OpenTokenStoreWorld;
  readonly limits?: CaseLimits;
  /** `named` runs for each saboteur only the cases it names: enough where a world costs much. Default: all. */
  readonly cases?: 'all' | 'named';
}

export interface TokenStoreMatrix {
  readonly rows: readonly TokenStoreMatrixRow[];
  /** The cases that ran. */
  readonly cases: readonly TokenStoreCaseId[];
}

/** Runs the applicable cases in the hands of each saboteur and tells which of them noticed. Saboteurs of cases that do not apply are left out. */
export async function runTokenStoreSaboteurs({ openWorld, limits = DEFAULT_LIMITS, cases = 'all' }: TokenStoreMatrixOptions): Promise<TokenStoreMatrix> {
  const { applicable } = await tokenStoreCasesFor(openWorld);
  const ids = applicable.map(({ id }) => id);
  const rows: TokenStoreMatrixRow[] = [];
  for (const saboteur of TOKEN_STORE_SABOTEURS) {
    const named = saboteur.caughtBy.filter((id) => ids.includes(id));
    if (named.length === 0) continue;
    const tried = applicable.filter(({ id }) => cases === 'all' || named.includes(id));
    const noticed = await Promise.all(tried.map((c) => notices(c, async () => sabotaged(await openWorld(), saboteur), limits)));
    rows.push({ saboteur, caught: tried.flatMap(({ id }, index) => (noticed[index] ? [id] : [])) });
  }
  return { rows, cases: ids };
}

async function notices(c: TokenStoreCase, openWorld: OpenTokenStoreWorld, limits: CaseLimits): Promise<boolean> {
  try {
    await runTokenStoreCase(c, openWorld, limits);
    return false;
  } catch {
    return true;
  }
}

function sabotaged(world: TokenStoreWorld, saboteur: TokenStoreSaboteur): TokenStoreWorld {
  const shared = new Map<string, unknown>();
  return {
    store: saboteur.sabotage(world.store, shared),
    reopen: async () => saboteur.sabotage(await world.reopen(), shared),
    ...(world.dieInUpdate && {
      async dieInUpdate(key) {
        await world.dieInUpdate?.(key);
        await saboteur.sabotageDeath?.(world.store, key);
      },
    }),
    [Symbol.asyncDispose]: () => Promise.resolve(world[Symbol.asyncDispose]()),
  };
}
