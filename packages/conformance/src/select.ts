import type { Facet } from '@signalbox/core';
import type { Case } from './case.ts';
import { CASES } from './cases/index.ts';
import type { OpenWorld, World } from './world.ts';

/** Which cases a world can take part in. The rest is printed and committed, never registered as skipped tests. */
export interface CaseSelection {
  readonly applicable: readonly Case[];
  readonly notApplicable: readonly { readonly case: Case; readonly missing: string }[];
  /** Cases the server cannot pass by a defect of its own: neither passed nor not applicable. */
  readonly defects: readonly { readonly case: Case; readonly reason: string }[];
}

/** Opens one world to see what it offers. */
export async function casesFor(openWorld: OpenWorld, cases: readonly Case[] = CASES): Promise<CaseSelection> {
  await using world = await openWorld();
  const selection = { applicable: [] as Case[], notApplicable: [] as { case: Case; missing: string }[], defects: [] as { case: Case; reason: string }[] };
  for (const c of cases) {
    const missing = missingFor(c, world);
    const reason = world.defects?.[c.id];
    if (missing !== undefined) selection.notApplicable.push({ case: c, missing });
    else if (reason !== undefined) selection.defects.push({ case: c, reason });
    else selection.applicable.push(c);
  }
  return selection;
}

/** What a case needs and the world has not; `undefined` when it applies. */
export function missingFor({ needs = {} }: Case, world: World): string | undefined {
  const facets: readonly Facet[] = needs.facets ?? [];
  const missing = [
    ...facets.filter((facet) => !world.transport[facet]).map((facet) => `facet ${facet}`),
    ...(needs.door ?? []).filter((member) => world.door[member] === undefined).map((member) => `door ${member}`),
    ...(needs.faults ?? []).filter((fault) => world.faults[fault] === undefined).map((fault) => `fault ${fault}`),
    ...(needs.world ?? []).filter((member) => world[member] === undefined).map((member) => `world ${member}`),
  ];
  return missing.length > 0 ? missing.join(', ') : needs.unless?.(world.transport, world);
}
