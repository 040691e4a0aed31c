import { PassThrough, Readable } from 'node:stream';
import { EXIT, type ExitCode } from '../src/exit-codes.ts';
import { run, type RunOptions } from '../src/run.ts';

export interface Outcome {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunSettings extends RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** What the browser of the system would do. */
  readonly openUrl?: (url: string) => Promise<void>;
  /** Called with everything printed so far, whenever there is more. */
  readonly onOutput?: (stdout: string, stderr: string) => void;
}

/** Runs one command line inside this process. */
export async function signalbox(argv: readonly string[], { cwd = '/', env = {}, stdin, signal, openUrl, onOutput, ...options }: RunSettings = {}): Promise<Outcome> {
  const told = (): void => onOutput?.(stdout.text(), stderr.text());
  const stdout = collect(told);
  const stderr = collect(told);
  const input = stdin === undefined ? Object.assign(Readable.from([]), { isTTY: true }) : Readable.from([Buffer.from(stdin)]);
  const io = { stdin: input, stdout: stdout.stream, stderr: stderr.stream, env, cwd, ...(openUrl && { openUrl }), signal: signal ?? new AbortController().signal };
  const code = await run(argv, io, options);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collect(onData: () => void): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    onData();
  });
  return { stream, text: () => text };
}

export { EXIT };
