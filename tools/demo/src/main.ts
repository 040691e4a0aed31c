import process from 'node:process';
import { parseArgs } from 'node:util';
import { runDemo } from './demo.ts';

const AGAIN_MS = 500;
const USAGE = 'Usage: npm start [-- --for <seconds>]';

const seconds = readSeconds();
const interrupt = new AbortController();
let interruptedAt = 0;
const onSignal = (): void => {
  // A launcher passes on what the terminal has sent to everyone already: only a later signal means "now".
  if (interrupt.signal.aborted && performance.now() - interruptedAt > AGAIN_MS) process.exit(130);
  interruptedAt ||= performance.now();
  interrupt.abort();
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);

const { stdout, stderr, env } = process;
process.exitCode = await runDemo({ io: { stdout, stderr, env, signal: interrupt.signal }, ...(seconds !== undefined && { seconds }) });

function readSeconds(): number | undefined {
  try {
    const { values } = parseArgs({ options: { for: { type: 'string' } } });
    if (values.for === undefined) return undefined;
    const seconds = Number(values.for);
    if (seconds > 0) return seconds;
  } catch {
    // told below
  }
  console.error(USAGE);
  process.exit(2);
}
