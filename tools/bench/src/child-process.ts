import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, Reply, Report } from './job.ts';
import { NODE_FLAGS } from './node-flags.ts';

const CHILD = fileURLToPath(new URL('child/main.ts', import.meta.url));

export interface ChildOptions {
  readonly signal?: AbortSignal;
  /** Compiled code is kept here, so that no child but the first pays for stripping types. */
  readonly compileCache?: string;
}

/** One job in a process of its own. */
export async function runInChild(job: Job, { signal, compileCache }: ChildOptions = {}): Promise<Report> {
  signal?.throwIfAborted();
  const child = fork(CHILD, {
    execArgv: ['--conditions=@signalbox/source', '--expose-gc', ...NODE_FLAGS],
    env: { ...process.env, ...(compileCache !== undefined && { NODE_COMPILE_CACHE: compileCache }) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(signal && { signal }),
  });
  const { promise, resolve, reject } = Promise.withResolvers<Report>();
  const what = `${job.side} ${job.workload}`;
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4000)));
  let report: Report | undefined;
  child.on('message', (reply: Reply) => {
    if ('report' in reply) report = reply.report;
    else reject(new Error(`${what} failed: ${reply.error}`));
  });
  child.on('error', (error) => reject(signal?.aborted === true ? (signal.reason as Error) : error));
  child.on('close', (code) => {
    // The next child must find the machine and the server's connection slots free: wait for the end, not for the answer.
    if (report !== undefined) resolve(report);
    else reject(new Error(`${what} ended with code ${code} and no answer. ${complaint}`));
  });
  child.send(job);
  return promise;
}
