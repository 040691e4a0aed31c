import process from 'node:process';
import { crashText } from './crash.ts';
import { EXIT } from './exit-codes.ts';
import { Interrupted } from './interrupted.ts';
import { run } from './run.ts';
import { openUrl } from './sign-in/open-url.ts';

const LAST_RESORT_MS = 5_000;
const AGAIN_MS = 500;

const interrupt = new AbortController();
let interruptedAt = 0;
const onSignal = (): void => {
  // A launcher passes on what the terminal has sent to everyone already: only a later signal means "now".
  if (interrupt.signal.aborted && performance.now() - interruptedAt > AGAIN_MS) process.exit(EXIT.interrupted);
  interruptedAt ||= performance.now();
  interrupt.abort(new Interrupted('Interrupted.'));
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);

// The runtime prints the whole error, with all that hangs on it.
process.on('uncaughtException', (error) => {
  process.stderr.write(crashText(error), () => process.exit(EXIT.failed));
});

// `signalbox folders sales | head -3`: the reader has seen enough, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

const { stdin, stdout, stderr, env } = process;
process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, env, cwd: process.cwd(), openUrl, signal: interrupt.signal });

// A server that never closes its side must not keep a finished command alive.
setTimeout(() => process.exit(), LAST_RESORT_MS).unref();
