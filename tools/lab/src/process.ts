import { spawn, type ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { INSTALL_HINT, LabError } from './lab-error.ts';

// Enough to end in order; a server that waits for its clients first is ended without. Nothing of a lab must survive.
const GRACE_MS = 250;

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a command to its end; whether its exit code is a failure is for the caller to say. */
export function tryRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  const child = spawn(command, args, {
    stdio: 'pipe',
    env: { ...process.env, ...options.env },
    ...(options.directory !== undefined && { cwd: options.directory }),
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.on('error', reject);
  child.on('close', (code) => {
    resolve({ code: code ?? 1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() });
  });
  // A command that does not read its input closes the pipe early; its exit code tells the story.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input);
  return promise;
}

/** Runs a command and returns what it printed; throws with its error output when it fails. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Buffer> {
  const result = await tryRun(command, args, options);
  if (result.code !== 0) {
    const words = (result.stderr || result.stdout.toString()).trim();
    throw new LabError(`\`${command} ${args.join(' ')}\` ended with code ${result.code}: ${words}`);
  }
  return result.stdout;
}

/** A server process of ours. `stop` ends this process alone, by its id. */
export interface Daemon {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Undefined while the process runs. */
  exited(): string | undefined;
  stop(): Promise<void>;
}

/**
 * Starts a server in the foreground of its own process group: a Ctrl-C meant for the lab must not reach it,
 * the lab stops its servers in order.
 */
export async function startDaemon(
  name: string,
  command: string,
  args: readonly string[],
  logFile: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Daemon> {
  const log = await open(logFile, 'a');
  try {
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, ...env },
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new LabError(`${name} needs \`${command}\`, which cannot be started. ${INSTALL_HINT}`, { cause })));
    await promise;
    return daemon(name, child, logFile);
  } finally {
    await log.close();
  }
}

function daemon(name: string, child: ChildProcess, logFile: string): Daemon {
  const { pid } = child;
  if (pid === undefined) throw new LabError(`${name} has no process id.`);
  let exited: string | undefined;
  const ended = Promise.withResolvers<void>();
  child.once('exit', (code, signal) => {
    exited = signal === null ? `code ${code ?? 0}` : signal;
    ended.resolve();
  });
  child.unref();
  return {
    name,
    pid,
    logFile,
    exited: () => exited,
    stop: async () => {
      if (exited !== undefined) return;
      child.ref();
      signalGroup(pid, 'SIGTERM');
      const patience = new AbortController();
      const late = sleep(GRACE_MS, undefined, { signal: patience.signal }).then(() => signalGroup(pid, 'SIGKILL'));
      late.catch(() => {});
      await ended.promise;
      patience.abort();
    },
  };
}

/** Ends the group that the daemon leads: itself and the workers it made. */
function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}
