// The canary of the floor rule: plants forbidden imports one at a time in a copy of the workspace; lint has to fail on each.
// The copy has no cached project graph to begin with, as a fresh clone, where the rule can switch itself off silently.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyWorkspace, type RunResult, type ScratchWorkspace } from './scratch-workspace.ts';

interface Plant {
  readonly title: string;
  readonly file: string;
  readonly code: string;
}

const RULE = 'enforce-module-boundaries';
const LINT = ['node_modules/nx/dist/bin/nx.js', 'run', '@signalbox/root:lint', '--skip-nx-cache'];

const PLANTS: readonly Plant[] = [
  { title: 'router → transport-imap', file: 'packages/router/src/planted.ts', code: "export { plugin } from '@signalbox/transport-imap';\n" },
  { title: 'router → transport-imap, imported when needed', file: 'packages/router/src/planted.ts', code: "export const load = async () => import('@signalbox/transport-imap');\n" },
  { title: 'router → transport-imap, by relative path', file: 'packages/router/src/planted.ts', code: "export { plugin } from '../../transport-imap/src/index.ts';\n" },
  { title: 'transport-imap → transport-smtp', file: 'packages/transport-imap/src/planted.ts', code: "export { plugin } from '@signalbox/transport-smtp';\n" },
  { title: 'core → kit', file: 'packages/core/src/planted.ts', code: "export { singleFlight } from '@signalbox/kit';\n" },
  { title: 'core → an npm package', file: 'packages/core/src/planted.ts', code: "export { z } from 'zod';\n" },
  { title: 'kit → a package that only others depend on', file: 'packages/kit/src/planted.ts', code: "export { default } from 'picocolors';\n" },
];

const complaint = (what: string, { code, output }: RunResult): string => `${what} (exit code ${code}):\n${output}`;

function assertCaught(copy: ScratchWorkspace, plant: Plant): void {
  const file = join(copy.directory, plant.file);
  writeFileSync(file, plant.code);
  const result = copy.run(LINT);
  rmSync(file);
  const named = result.output.includes(RULE) && result.output.includes('planted.ts');
  if (result.code === 0 || !named) throw new Error(complaint(`Lint let ${plant.title} through`, result));
}

/** Without a graph the rule checks nothing: lint must then fail, not pass. */
function assertNeedsGraph(copy: ScratchWorkspace): void {
  rmSync(join(copy.directory, '.nx'), { recursive: true, force: true });
  const result = copy.run(LINT, { NX_CACHE_PROJECT_GRAPH: 'false' });
  if (result.code === 0 || !result.output.includes('The floor rule was off')) throw new Error(complaint('Lint passed without a project graph', result));
}

function step(title: string, check: () => void): void {
  const started = Date.now();
  check();
  console.log(`${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

using copy = copyWorkspace();
const [first] = PLANTS;
// The first plant meets the copy before anything else has run there: nothing is cached.
if (first) step(`caught without a cached graph: ${first.title}`, () => assertCaught(copy, first));
step('the copy passes without a plant', () => {
  const clean = copy.run(LINT);
  if (clean.code !== 0) throw new Error(complaint('Lint fails without any plant', clean));
});
for (const plant of PLANTS.slice(1)) step(`caught: ${plant.title}`, () => assertCaught(copy, plant));
step('refused: lint without a project graph', () => assertNeedsGraph(copy));
