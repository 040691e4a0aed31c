import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childrenOf, measureAdded, measurePairs } from './benchmark.ts';
import { runInChild } from './child-process.ts';
import type { Job } from './job.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { createProgress, type Progress } from './progress.ts';
import { describeMachine } from './report/machine.ts';
import { betweenMarkers } from './report/markers.ts';
import { groupsIn, markdown, markdownOf } from './report/table.ts';
import type { AddedMemoryResult, PairedResult, Results } from './results.ts';
import { Servers } from './server/servers.ts';
import { PAIRS_FOR_A_VERDICT } from './targets.ts';
import { Trial } from './trial.ts';

const DOCUMENT = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));

async function benchmark(options: Options, progress: Progress, signal: AbortSignal): Promise<Results> {
  const machine = await describeMachine();
  const compileCache = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  if (options.profiles !== undefined) await mkdir(options.profiles, { recursive: true });
  try {
    await using servers = new Servers();
    const paired: PairedResult[] = [];
    const added: AddedMemoryResult[] = [];
    for (const workload of options.workloads) {
      const { name, title, kind } = workload;
      progress.note(`${title}: ${options.selfCheck ? workload.bare : workload.ours} beside ${workload.bare}`);
      const server = await servers.for(workload);
      const ground = await server.lay(workload, { refs: !options.selfCheck });
      const run = async (job: Job): ReturnType<typeof runInChild> => {
        const report = await runInChild(job, { signal, compileCache });
        progress.step(`${name}, ${job.side} ${job.mode}`);
        return report;
      };
      const { selfCheck, profiles, pairs } = options;
      const trial = new Trial({ workload, ground, server: server.address, run, selfCheck, ...(profiles !== undefined && { profiles }) });
      if (kind === 'pairs') paired.push(await measurePairs(workload, trial, pairs));
      else added.push(await measureAdded(name, trial, pairs));
    }
    return conclude({ machine, paired, added }, options);
  } finally {
    progress.clear();
    await rm(compileCache, { recursive: true, force: true });
  }
}

function conclude(measured: Pick<Results, 'machine' | 'paired' | 'added'>, { pairs, selfCheck }: Options): Results {
  if (pairs < PAIRS_FOR_A_VERDICT || selfCheck) return { kind: selfCheck ? 'self-check' : 'smoke', ...measured };
  return { kind: 'full', ...measured, met: [...measured.paired, ...measured.added].every((row) => row.met !== false) };
}

/** Each server's table in its place. */
async function keep(results: Results): Promise<void> {
  let document = await readFile(DOCUMENT, 'utf8');
  for (const group of groupsIn(results)) document = betweenMarkers(document, group, markdownOf(group, results));
  await writeFile(DOCUMENT, document);
}

/** What measures the router comes in its own rows. */
async function runSuite(options: Options, signal: AbortSignal): Promise<number> {
  const { groupOf, measureSuite } = await import('./router/suite.ts');
  const inDocument = async (text: string): Promise<string> => betweenMarkers(await readFile(DOCUMENT, 'utf8'), groupOf(options), text);
  if (options.write) await inDocument(''); // its place is there: better known before than after a quarter of an hour
  const { text, results, met } = await measureSuite(options, { signal, onStep: (what) => void process.stderr.write(`${what}\n`) });
  process.stdout.write(`${text}\n`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (options.write) await writeFile(DOCUMENT, await inDocument(text));
  return !met && options.targets ? 1 : 0;
}

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nTry npm run bench -- --help\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(`Ended by ${name}.`)));
  if (options.suite !== 'transports') return runSuite(options, stop.signal);
  const progress = createProgress({
    total: options.workloads.reduce((sum, workload) => sum + childrenOf(workload, options.pairs), 0),
    write: (text) => process.stderr.write(text),
    live: process.stderr.isTTY,
    now: () => performance.now(),
  });
  const results = await benchmark(options, progress, stop.signal);
  const text = markdown(results);
  process.stdout.write(`${text}\n`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (options.write) await keep(results);
  return results.met === false && options.targets ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
