import type { Case } from './case.ts';
import { type CaseLimits, DEFAULT_LIMITS } from './limits.ts';
import { missingFor } from './select.ts';
import { within } from './support/within.ts';
import type { OpenWorld } from './world.ts';

/** Runs one case in a world of its own. Throws an `AssertionError` when the transport is wrong, a `TypeError` when the case does not apply. */
export async function runCase(c: Case, openWorld: OpenWorld, limits: CaseLimits = DEFAULT_LIMITS): Promise<void> {
  await using world = await within(limits.overallMs, openWorld(), 'opening a world');
  const missing = missingFor(c, world);
  if (missing !== undefined) throw new TypeError(`${c.id} does not apply here, it needs: ${missing}. Ask casesFor which cases do.`);
  await within(limits.overallMs, c.run(world, limits), c.id);
}
