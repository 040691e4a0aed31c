import { CommanderError } from 'commander';
import type { Plugin } from '@signalbox/core';
import { configOption, isCompletionRequest, mailboxIdsIn } from './commands/completion.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { createProgram } from './program.ts';
import { chooseConfigFile } from './session/choose-config-file.ts';

export interface RunOptions {
  /** Instead of the plugins that come with the command. */
  readonly plugins?: readonly Plugin[];
}

/** Carries out one command line (without `node` and the script) and answers the exit code. Never throws for what a person did. */
export async function run(argv: readonly string[], io: Io, { plugins }: RunOptions = {}): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const host = { io, ...(plugins && { plugins }), finish: (result: ExitCode) => void (code = result) };
  const mailboxes = isCompletionRequest(argv) ? await mailboxIdsIn(chooseConfigFile({ option: configOption(argv), env: io.env, cwd: io.cwd })) : [];
  const program = createProgram(host, { color: !argv.includes('--no-color'), mailboxes });
  if (argv.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    // commander throws where it would have ended the process: after help, version, and mistakes.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}
