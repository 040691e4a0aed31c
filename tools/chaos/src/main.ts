import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { HELP, type Options, readOptions } from './options.ts';
import { openProduct } from './product.ts';
import { report } from './report.ts';
import type { Result } from './result.ts';
import { startPostgres } from '@signalbox/lab';
import { placeIn } from './router/place.ts';
import { shiftPostgres } from './router/postgres.ts';
import { run } from './run/run.ts';

async function chaos(options: Options, signal: AbortSignal): Promise<Result> {
  await using stack = new AsyncDisposableStack();
  const folder = await openFolder(options.keep, stack);
  const server = options.postgres === 'start' ? stack.use(await startPostgres()).url : options.postgres;
  const postgres = server === undefined ? undefined : stack.use(await shiftPostgres(server));
  const place = placeIn(folder, postgres?.url);
  const started = performance.now();
  const note = (text: string): void => void process.stderr.write(`${Math.round((performance.now() - started) / 1_000)} s: ${text}\n`);
  return await run(options, { place, openProduct: (tenant) => openProduct(place, tenant, postgres), note, signal });
}

async function openFolder(keep: string | undefined, stack: AsyncDisposableStack): Promise<string> {
  if (keep !== undefined) {
    await mkdir(keep, { recursive: true });
    return resolve(keep);
  }
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-chaos-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nTry npm run chaos -- --help\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(`Ended by ${name}.`)));
  const result = await chaos(options, stop.signal);
  process.stdout.write(report(result, process.stdout.isTTY && !process.env['NO_COLOR']));
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  return result.ok ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
