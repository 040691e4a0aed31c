import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { systemClock } from '@signalbox/kit';
import type { DeployedRevision } from '@signalbox/router';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Consumer } from '../hand-over/handed-delivery.ts';
import { createMaildirConsumer } from '../hand-over/maildir.ts';
import { createProgramConsumer } from '../hand-over/program.ts';
import { programEnvironment } from '../hand-over/program-environment.ts';
import { deploymentsOf } from '../session/deploying.ts';
import { runRouter } from '../session/run-router.ts';
import { startWantedTelemetry } from '../telemetry/wanted.ts';
import { UsageError } from '../usage-error.ts';
import { failureJson } from '../view/failure.ts';
import { createRunView } from '../view/run-view.ts';

export interface RunCommandOptions {
  readonly maildir?: string;
  readonly jobs: number;
  readonly timeout: number;
}

/** A delivery stays the consumer's for so much longer than a program may take, so that it is never handed to two. */
const MARGIN_MS = 60_000;

export async function runCommand(call: Call, program: readonly string[], options: RunCommandOptions): Promise<ExitCode> {
  const consumerFor = await chooseConsumer(call, program, options);
  await using _telemetry = await startWantedTelemetry(call.io.env);
  await using store = await call.openStore({ role: 'router' });
  const deployments = deploymentsOf(store);
  await deployments.settle();
  const revision = await deployments.current();
  if (!revision) throw new UsageError('No configuration is deployed yet.', '"signalbox plan" shows what deploying it would change, and "signalbox apply" does it.');
  await runRouter({
    store,
    revision,
    consumerFor,
    clock: systemClock,
    // On the embedded store there is no other router, which its lock sees to.
    node: call.options.data === undefined && call.io.env['DATABASE_URL'] ? randomUUID() : 'embedded',
    atOnce: options.jobs,
    visibilityMs: options.timeout * 1000 + MARGIN_MS,
    open: ({ file, text }) => call.open({ deployed: { file, text }, store }),
    describeError: (error) => failureJson(error, call.redact),
    signal: call.io.signal,
    emit: createRunView(call),
  });
  return call.io.signal.aborted ? EXIT.ok : EXIT.failed;
}

async function chooseConsumer({ io }: Call, [file, ...args]: readonly string[], { maildir, timeout }: RunCommandOptions): Promise<(revision: DeployedRevision) => Promise<Consumer>> {
  if ((file === undefined) === (maildir === undefined)) throw new UsageError(file === undefined ? 'There is nothing to hand mail over to.' : 'A program and a Maildir exclude each other.', 'Name a program behind --, or a directory with --maildir.');
  if (maildir !== undefined) {
    const consumer = await createMaildirConsumer({ directory: resolve(io.cwd, maildir), now: () => systemClock.now() });
    return async () => consumer;
  }
  return async ({ text }) =>
    createProgramConsumer({ file: file ?? '', args, cwd: io.cwd, env: programEnvironment(io.env, text), timeoutMs: timeout * 1000, onOutput: (chunk) => void io.stderr.write(chunk) });
}
