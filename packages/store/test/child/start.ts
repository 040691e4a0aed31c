import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A script of this folder in a process of its own. Disposal kills it. */
export interface Child extends AsyncDisposable {
  readonly lines: AsyncIterableIterator<string>;
  /** `kill -9`. Resolves once it is dead. */
  kill(): Promise<void>;
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
  readonly stderr: () => string;
}

export function startChild(script: string, settings: Readonly<Record<string, unknown>>): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', path, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe'] });
  return watched(child);
}

function watched(child: ChildProcess): Child {
  const ended = once(child, 'close').then(([code]) => code as number | null);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  if (!child.stdout) throw new Error('The child has no standard output.');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { lines, kill, ended, stderr: () => stderr, [Symbol.asyncDispose]: kill };
}

/** The next line; a child that ends without one has failed. */
export async function nextLine({ lines, stderr }: Child): Promise<string> {
  const { done, value } = await lines.next();
  if (done) throw new Error(`The child ended early: ${stderr()}`);
  return value;
}
