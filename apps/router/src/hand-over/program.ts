import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MailError } from '@signalbox/core';
import { wordsOf } from '../told-error.ts';
import { hasCode } from './error-code.ts';
import type { Consumer, HandedDelivery } from './handed-delivery.ts';
import { deliveryEnvironment } from './program-environment.ts';
import { ConsumerUnavailable } from './unavailable.ts';

export interface ProgramOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Afterwards it is ended, and has not taken the delivery. */
  readonly timeoutMs: number;
  /** What it prints, on either stream. */
  readonly onOutput: (chunk: Buffer) => void;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** EX_TEMPFAIL of sysexits.h. */
const NOT_NOW = 75;

/** From the request to end until the end by force. */
const GRACE_MS = 5_000;

/** Starts a program for each delivery, with the message on its standard input. It has taken the delivery when it ends with 0. */
export const createProgramConsumer = (options: ProgramOptions): Consumer => ({
  async take(delivery, { signal }) {
    // Asked for before the program starts: none is started for a message that is gone.
    await using source = await delivery.raw({ signal });
    await runProgram(delivery, source.bytes, options, AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]));
  },
});

async function runProgram(delivery: HandedDelivery, bytes: AsyncIterable<Uint8Array>, options: ProgramOptions, signal: AbortSignal): Promise<void> {
  const { file, args, cwd, env, onOutput } = options;
  // In a group of its own: Ctrl-C is meant for the router, which lets its programs finish; and what the program has started ends with it.
  const child: Child = spawn(file, args, { cwd, env: { ...env, ...deliveryEnvironment(delivery) }, stdio: ['pipe', 'pipe', 'pipe'], detached: process.platform !== 'win32' });
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  const ended = endOf(child);
  const onAbort = (): void => stop(child, ended);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const [fed, end] = await Promise.all([feed(child, bytes), ended]);
    if (end === 0 && fed === undefined) return;
    if (signal.aborted) throw late(file, options.timeoutMs);
    if (end === NOT_NOW) throw new ConsumerUnavailable(`The program ${file} ended with ${NOT_NOW}: it takes nothing now.`);
    throw fed ?? refused(file, end);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The exit code, or the name of the signal. Throws where it could not be started. */
function endOf(child: Child): Promise<number | NodeJS.Signals> {
  const { promise, resolve, reject } = Promise.withResolvers<number | NodeJS.Signals>();
  const failed = (cause: Error): void => reject(new ConsumerUnavailable(`The program cannot be started: ${wordsOf(cause)}`, { cause }));
  child.once('error', failed).once('exit', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  return promise;
}

/** Answers what kept the message from being read to its end. A program that does not want all of it is free to close its input. */
async function feed(child: Child, bytes: AsyncIterable<Uint8Array>): Promise<unknown> {
  const failure: { readonly reason?: unknown } = await pipeline(Readable.from(bytes, { objectMode: false }), child.stdin).then(
    () => ({}),
    (reason: unknown) => ({ reason }),
  );
  const { reason } = failure;
  if (reason === undefined || hasCode(reason, 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET')) return undefined;
  kill(child, 'SIGKILL'); // half a message must not pass for one
  return reason;
}

function stop(child: Child, ended: Promise<unknown>): void {
  kill(child, 'SIGTERM');
  const timer = setTimeout(() => kill(child, 'SIGKILL'), GRACE_MS);
  const clear = (): void => clearTimeout(timer);
  ended.then(clear, clear);
}

function kill(child: Child, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

const REMEDY = { who: 'operator', action: 'fix-config' } as const;

const late = (file: string, timeoutMs: number): MailError =>
  new MailError('timeout', `The program ${file} had not ended after ${Math.round(timeoutMs / 1000)} s, and was ended.`, { affects: 'item', remedy: { ...REMEDY, text: 'Find out what keeps it, or allow more time with --timeout.' } });

const refused = (file: string, end: number | NodeJS.Signals): MailError =>
  new MailError('message.refused', `The program ${file} ended with ${end}, so it has not taken the delivery.`, { retry: 'safe', remedy: { ...REMEDY, text: 'Look at what the program printed; it has to end with 0 once the mail is in safe hands.' } });
