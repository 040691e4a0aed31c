import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { environmentOf, type Place } from './place.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.resolve('signalbox')));

/** The command `signalbox` in a process of its own, on the tenant's time. */
export function startCommand(place: Place, args: readonly string[], stdio: 'pipe' | readonly ['ignore', number, number] = 'pipe'): ChildProcess {
  const { folder, configuration, data, tenant, databaseUrl } = place;
  const store = databaseUrl === undefined ? ['--data', data] : [];
  return spawn(
    process.execPath,
    ['--max-semi-space-size=4', '--conditions=@signalbox/source', MAIN, '--config', configuration, ...store, '--test-mode', '--test-clock', tenant, ...args],
    {
      cwd: folder,
      stdio: stdio === 'pipe' ? ['ignore', 'pipe', 'pipe'] : [...stdio],
      env: { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: join(folder, 'compiled'), ...environmentOf(place) },
    },
  );
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end. `onOutput` sees what it has printed so far. */
export async function runCommand(place: Place, args: readonly string[], onOutput?: (stdout: string) => void): Promise<Outcome> {
  const child = startCommand(place, args);
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
    onOutput?.(output.stdout);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/** What it answers with `--json`. Throws what it printed where it failed. */
export async function askCommand<T>(place: Place, args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await runCommand(place, [...args, '--json']);
  if (code !== 0) throw new Error(`signalbox ${args.join(' ')} ended with ${String(code)}: ${stderr || stdout}`);
  return JSON.parse(stdout) as T;
}
