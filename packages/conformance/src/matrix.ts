import type { Case, CaseId } from './case.ts';
import { CASES } from './cases/index.ts';
import { type CaseLimits, DEFAULT_LIMITS } from './limits.ts';
import { sabotageWorld } from './sabotaged.ts';
import { SABOTEURS } from './saboteurs/index.ts';
import type { Saboteur } from './saboteurs/saboteur.ts';
import { casesFor, missingFor } from './select.ts';
import { within } from './support/within.ts';
import type { OpenWorld } from './world.ts';

export interface MatrixOptions {
  /** Several worlds may share the work: each case runs in the first one it applies to. */
  readonly worlds: readonly OpenWorld[];
  readonly saboteurs?: readonly Saboteur[];
  readonly limits?: CaseLimits;
  /** `named` runs for each saboteur only the cases it names: enough where a world costs much. Default: all. */
  readonly cases?: 'all' | 'named';
}

export interface MatrixRow {
  readonly saboteur: Saboteur;
  /** The cases that noticed. */
  readonly caught: readonly CaseId[];
}

export interface Matrix {
  readonly rows: readonly MatrixRow[];
  /** The cases that ran. */
  readonly cases: readonly CaseId[];
}

interface Placed {
  readonly case: Case;
  readonly world: OpenWorld;
}

interface Job extends Placed {
  readonly saboteur: Saboteur;
}

const AT_ONCE = 24; // most cases wait for something most of the time

/** Runs cases in the hands of each saboteur and tells which of them noticed. */
export async function runSaboteurs({ worlds, saboteurs = SABOTEURS, limits = DEFAULT_LIMITS, cases = 'all' }: MatrixOptions): Promise<Matrix> {
  const placed = await placeCases(worlds);
  const caught = new Map<Saboteur, Set<CaseId>>(saboteurs.map((saboteur) => [saboteur, new Set()]));
  const run = async ({ saboteur, case: c, world }: Job): Promise<void> => {
    if (await notices(c, world, saboteur, limits)) caught.get(saboteur)?.add(c.id);
  };
  const jobs = saboteurs.flatMap((saboteur) => placed.filter((at) => cases === 'all' || saboteur.caughtBy.includes(at.case.id)).map((at): Job => ({ ...at, saboteur })));
  const together = jobs.filter((job) => !job.case.alone).values();
  const worker = async (): Promise<void> => {
    for (const job of together) await run(job);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // Last, because collecting garbage for a measurement makes the engine forget what it has compiled.
  for (const job of jobs) if (job.case.alone) await run(job);
  const ids = placed.map(({ case: { id } }) => id);
  return { rows: saboteurs.map((saboteur) => ({ saboteur, caught: ids.filter((id) => caught.get(saboteur)?.has(id)) })), cases: ids };
}

async function placeCases(worlds: readonly OpenWorld[]): Promise<readonly Placed[]> {
  const places = new Map<CaseId, OpenWorld>();
  for (const world of worlds) {
    const { applicable } = await casesFor(world);
    for (const { id } of applicable) if (!places.has(id)) places.set(id, world);
  }
  return CASES.flatMap((found) => {
    const world = places.get(found.id);
    return world ? [{ case: found, world }] : [];
  });
}

/** A case that a saboteur has made inapplicable has noticed nothing. */
async function notices(c: Case, openWorld: OpenWorld, saboteur: Saboteur, limits: CaseLimits): Promise<boolean> {
  await using intact = await openWorld();
  const world = sabotageWorld(intact, saboteur);
  if (missingFor(c, world) !== undefined) return false;
  // Measuring takes long, and what has not been touched measures as it did before.
  if (c.alone && c.needs?.facets?.every((facet) => world.transport[facet] === intact.transport[facet])) return false;
  try {
    await within(limits.overallMs, c.run(world, limits), c.id);
    return false;
  } catch {
    return true;
  }
}

const MOST = 3;

/** A matrix over any suite of cases. */
export interface AnyMatrix {
  readonly rows: readonly { readonly saboteur: { readonly id: string; readonly title: string; readonly caughtBy: readonly string[] }; readonly caught: readonly string[] }[];
  readonly cases: readonly string[];
}

/** What is wrong with a matrix: blind cases, saboteurs nobody catches, or whom others catch than they say. */
export function matrixProblems({ rows, cases }: AnyMatrix): readonly string[] {
  const problems: string[] = [];
  const covered = new Set(rows.flatMap(({ caught }) => caught));
  for (const id of cases) if (!covered.has(id)) problems.push(`${id}: no saboteur is caught by it`);
  for (const { saboteur, caught } of rows) {
    const named = saboteur.caughtBy.filter((id) => cases.includes(id));
    const missed = named.filter((id) => !caught.includes(id));
    const surprising = caught.filter((id) => !named.includes(id));
    if (caught.length === 0) problems.push(`${saboteur.id}: nobody catches it`);
    if (caught.length > MOST) problems.push(`${saboteur.id}: ${caught.length} cases catch it, it changes more than one behaviour`);
    if (missed.length > 0) problems.push(`${saboteur.id}: names ${missed.join(', ')}, which did not notice`);
    if (surprising.length > 0) problems.push(`${saboteur.id}: does not name ${surprising.join(', ')}`);
  }
  return problems;
}

/** A row per saboteur, the cases that caught it beside it. */
export function matrixTable({ rows }: Pick<AnyMatrix, 'rows'>): string {
  const lines = rows.map(({ saboteur, caught }) => `| ${saboteur.id} | ${saboteur.title} | ${caught.join(', ') || '**nobody**'} |`);
  return ['| saboteur | what it does wrong | caught by |', '|---|---|---|', ...lines].join('\n');
}
