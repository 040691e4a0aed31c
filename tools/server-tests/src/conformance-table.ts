import { readdir, readFile } from 'node:fs/promises';

/** The part of vitest's JSON report that the table needs. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly ancestorTitles: readonly string[]; readonly title: string; readonly status: string }[];
  }[];
}

export interface WorldResult {
  readonly world: string;
  readonly passed: number;
  readonly failed: number;
  readonly defects: number;
  readonly notApplicable: number;
}

const CASE = /^(server defect )?([a-z]+\/[a-z0-9-]+)/;

/** What the conformance tests of these reports say, world by world; every case that is in no test does not apply there. */
export function worldResults(reports: readonly TestReport[], caseIds: ReadonlySet<string>): readonly WorldResult[] {
  const worlds = new Map<string, { passed: number; failed: number; defects: number }>();
  for (const { name: file, assertionResults } of reports.flatMap(({ testResults }) => testResults)) {
    for (const { ancestorTitles, title, status } of assertionResults) {
      const suite = ancestorTitles.find((ancestor) => ancestor.startsWith('conformance'));
      const [, defect, id] = CASE.exec(title) ?? [];
      if (suite === undefined || id === undefined || !caseIds.has(id)) continue;
      const world = worldOf(file, suite);
      const counts = worlds.get(world) ?? { passed: 0, failed: 0, defects: 0 };
      worlds.set(world, counts);
      if (status !== 'passed') counts.failed += 1;
      else if (defect) counts.defects += 1;
      else counts.passed += 1;
    }
  }
  return [...worlds]
    .map(([world, counts]) => ({ world, ...counts, notApplicable: caseIds.size - counts.passed - counts.failed - counts.defects }))
    .toSorted((a, b) => a.world.localeCompare(b.world));
}

/** `packages/transport-imap` says which transport; the suite's title says the rest, and on what it runs where that is no server of the workspace's own. */
function worldOf(file: string, suite: string): string {
  const rest = suite.replace(/^conformance(?: of|:)? ?/, '');
  const transport = /packages\/transport-([a-z]+)\//.exec(file.replaceAll('\\', '/'))?.[1];
  if (transport === undefined) return rest;
  if (rest.startsWith('on ')) return `${transport} ${rest}`;
  return rest === transport ? transport : `${transport} in this process, ${rest}`;
}

export function toMarkdown(results: readonly WorldResult[], cases: number): string {
  const rows = results.map(({ world, passed, failed, defects, notApplicable }) => `| ${world} | ${passed} | ${failed} | ${defects} | ${notApplicable} |`);
  return [`| world (${cases} cases) | passed | failed | server's own defect | not applicable |`, '|---|--:|--:|--:|--:|', ...rows].join('\n');
}

export async function readReports(paths: readonly string[]): Promise<readonly TestReport[]> {
  return Promise.all(paths.map(async (path) => JSON.parse(await readFile(path, 'utf8')) as TestReport));
}

/** Why cases do not apply, from the committed lists of the real servers. */
export async function reasonsTable(directory: URL): Promise<string> {
  const reasons = new Map<string, Set<string>>();
  for (const file of (await readdir(directory)).toSorted()) {
    const list = JSON.parse(await readFile(new URL(file, directory), 'utf8')) as Record<string, string>;
    for (const [id, missing] of Object.entries(list)) reasons.set(missing, (reasons.get(missing) ?? new Set()).add(id));
  }
  const rows = [...reasons].toSorted(([a], [b]) => a.localeCompare(b)).map(([missing, ids]) => `| ${missing} | ${[...ids].toSorted().join(', ')} |`);
  return ['| what is missing | cases that need it |', '|---|---|', ...rows].join('\n');
}
