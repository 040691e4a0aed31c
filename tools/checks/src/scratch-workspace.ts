import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT, workspacePackages } from './workspace.ts';

export interface RunResult {
  readonly code: number;
  readonly output: string;
}

/** A copy of the workspace as it stands, without `.nx`: what a fresh clone would have once its dependencies are installed. */
export interface ScratchWorkspace extends Disposable {
  readonly directory: string;
  run(args: readonly string[], env?: NodeJS.ProcessEnv): RunResult;
}

export function copyWorkspace(): ScratchWorkspace {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-copy-'));
  copyFiles(directory);
  linkDependencies(directory);
  return {
    directory,
    run: (args, env = {}) => runNode(directory, args, env),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Runs Node there; the copy must find its own root, whatever nx tells the tasks of this one. */
function runNode(directory: string, args: readonly string[], env: NodeJS.ProcessEnv): RunResult {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NX_')));
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8', env: { ...inherited, FORCE_COLOR: '0', ...env } });
  return { code: status ?? 1, output: stdout + stderr };
}

function copyFiles(directory: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 });
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(directory, file));
  }
}

/** Links what is installed, and the workspace's own packages to the copy instead of to us. */
function linkDependencies(directory: string): void {
  const link = (target: string, name: string): void => {
    const path = join(directory, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path, 'junction'); // needs no privilege on Windows
  };
  const own = new Map(workspacePackages().map((found) => [found.manifest.name, found.directory]));
  for (const [name, path] of own) {
    link(join(directory, path), name);
    const nested = join(ROOT, path, 'node_modules');
    if (existsSync(nested)) symlinkSync(nested, join(directory, path, 'node_modules'), 'junction');
  }
  for (const entry of readdirSync(join(ROOT, 'node_modules'), { withFileTypes: true })) {
    const installed = entry.isDirectory() && entry.name !== '@signalbox' && !own.has(entry.name);
    if (installed) link(join(ROOT, 'node_modules', entry.name), entry.name);
  }
}
