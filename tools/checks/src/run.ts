import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Runs a program to its end and answers what it wrote; throws with all of it when it fails. */
export function run(command: string, args: readonly string[], options: SpawnSyncOptions = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { maxBuffer: 2 ** 26, ...options, encoding: 'utf8' });
  if (error) throw error;
  if (status === 0) return stdout;
  throw new Error(`${[command, ...args].join(' ')} ended with exit code ${status}.\n${stdout}${stderr}`);
}

/** Runs a script on this Node. */
export const runNode = (script: string, args: readonly string[], options?: SpawnSyncOptions): string => run(process.execPath, [script, ...args], options);

/** Runs npm without a shell where its script can be found. */
export function runNpm(args: readonly string[], options?: SpawnSyncOptions): string {
  const fromNpm = process.env['npm_execpath'] ?? '';
  const beside = dirname(process.execPath);
  const candidates = [fromNpm.endsWith('npm-cli.js') ? fromNpm : '', join(beside, 'node_modules/npm/bin/npm-cli.js'), join(beside, '../lib/node_modules/npm/bin/npm-cli.js')];
  const cli = candidates.find((file) => file !== '' && existsSync(file));
  return cli ? runNode(cli, args, options) : run('npm', args, { ...options, shell: process.platform === 'win32' });
}
