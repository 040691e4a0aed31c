import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { NODE_FLAGS } from '../node-flags.ts';

/** Functions of another process, by name. What they take and answer is JSON. */
export type Calls<T> = { readonly [K in keyof T]: (...args: never[]) => unknown };

/** What answers them, at once or later. */
export type Handlers<T extends Calls<T>> = { readonly [K in keyof T]: (...args: Parameters<T[K]>) => ReturnType<T[K]> | Promise<ReturnType<T[K]>> };

export interface Remote<T extends Calls<T>> extends AsyncDisposable {
  readonly pid: number;
  call<K extends keyof T>(name: K, ...args: Parameters<T[K]>): Promise<Awaited<ReturnType<T[K]>>>;
}

export interface Request {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

export interface RemoteOptions {
  readonly compileCache: string;
  readonly signal: AbortSignal;
  /** Beside those that the `signalbox` command runs with. */
  readonly flags?: readonly string[];
}

/** Starts a script that answers calls (`answerCalls`). Disposal ends the process, however it is. */
export function startRemote<T extends Calls<T>>(script: string, { compileCache, signal, flags = [] }: RemoteOptions): Remote<T> {
  const child = fork(script, {
    execArgv: ['--conditions=@signalbox/source', '--expose-gc', ...NODE_FLAGS, ...flags],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    signal,
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let complaint = '';
  let count = 0;
  let over: Error | undefined;
  const end = (error: Error): void => {
    over ??= signal.aborted ? (signal.reason as Error) : error;
    for (const { reject } of waiting.values()) reject(over);
    waiting.clear();
  };
  child.stderr?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4000)));
  child.on('error', end);
  child.on('exit', (code, signal) => end(new Error(`A process of the benchmark ended with ${code ?? signal}. ${complaint}`)));
  child.on('message', ({ id, result, error }: Answer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error));
  });
  return {
    pid: child.pid ?? 0,
    call(name, ...args) {
      if (over) return Promise.reject(over);
      const call = Promise.withResolvers<unknown>();
      count += 1;
      waiting.set(count, call);
      child.send({ id: count, name: String(name), args } satisfies Request);
      return call.promise as never;
    },
    [Symbol.asyncDispose]: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
