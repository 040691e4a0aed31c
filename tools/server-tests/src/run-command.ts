import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Asks it to end (SIGTERM). */
  readonly signal?: AbortSignal;
}

/** Runs the `signalbox` command as its own process, from source. */
export async function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const main = fileURLToPath(new URL('src/main.ts', import.meta.resolve('signalbox/package.json')));
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', main, ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => text(stream));
  options.signal?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return { code: await promise, stdout: (await stdout) ?? '', stderr: (await stderr) ?? '' };
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
