import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES } from '@signalbox/conformance';
import { readReports, reasonsTable, toMarkdown, worldResults } from './conformance-table.ts';

// `npm run conformance -- [--write | --check] [vitest JSON reports…]`: without reports it runs the suite everywhere first.

const ROOT = new URL('../../../', import.meta.url);
const PAGE = new URL('docs/conformance.md', ROOT);
const [BEGIN, END] = ['<!-- conformance: begin -->', '<!-- conformance: end -->'];

const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean' }, check: { type: 'boolean' } } });

const reports = positionals.length > 0 ? await readReports(positionals) : await runEverywhere();
const results = worldResults(reports, new Set(CASES.map(({ id }) => id)));
const table = toMarkdown(results, CASES.length);
console.log(table);
if (results.length === 0 || results.some(({ failed }) => failed > 0)) fail('Not every applicable case passes.');

const page = await readFile(PAGE, 'utf8');
const reasons = await reasonsTable(new URL('../test/not-applicable/', import.meta.url));
const updated = page.replace(new RegExp(`${BEGIN}[\\s\\S]*${END}`), () => `${BEGIN}\n${table}\n\n## What does not apply on real servers, and why\n\n${reasons}\n${END}`);
if (values.write) await writeFile(PAGE, updated);
if (values.check && updated !== page) fail('docs/conformance.md is out of date: run "npm run conformance -- --write".');

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

async function runEverywhere(): ReturnType<typeof readReports> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-conformance-'));
  try {
    const runs = [
      { report: join(directory, 'node.json'), args: ['--root', fileURLToPath(ROOT), 'conformance.test'] },
      { report: join(directory, 'servers.json'), args: ['--config', fileURLToPath(new URL('../vitest.config.ts', import.meta.url)), 'conformance'] },
    ];
    for (const { report, args } of runs) await vitest([...args, '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]);
    return await readReports(runs.map(({ report }) => report));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Failures show in the report. */
function vitest(args: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
  const child = spawn(process.execPath, [script, 'run', ...args], { stdio: ['ignore', 'inherit', 'inherit'], cwd: fileURLToPath(ROOT) });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
}
