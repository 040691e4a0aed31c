import { Command, Option } from 'commander';
import type { CallHost } from './call.ts';
import { addAzureSetup } from './commands/azure-setup.ts';
import { addAuth } from './commands/auth.ts';
import { addCheck } from './commands/check.ts';
import { addCompletion } from './commands/completion.ts';
import { addDeliveries } from './commands/deliveries.ts';
import { addDoctor } from './commands/doctor.ts';
import { addFolders } from './commands/folders.ts';
import { examples, EXIT_CODES_HELP } from './commands/help.ts';
import { addImport } from './commands/import.ts';
import { addMailbox } from './commands/mailbox.ts';
import { addOutbox } from './commands/outbox.ts';
import { addDeployment } from './commands/plan.ts';
import { addRun } from './commands/run.ts';
import { addSchema } from './commands/schema.ts';
import { addSend } from './commands/send.ts';
import { addStatus } from './commands/status.ts';
import { addStore } from './commands/store.ts';
import { addSwitch } from './commands/switch.ts';
import { addTest } from './commands/test.ts';
import { addWatch } from './commands/watch.ts';
import { version } from './version.ts';
import { createTerminal } from './view/terminal.ts';
import { wrap } from './view/text.ts';

export interface ProgramOptions {
  /** For `--help`, which is printed before options are known. */
  readonly color: boolean;
  /** Offered by shell completion. */
  readonly mailboxes: readonly string[];
}

/** The command line: what there is to ask for, and who answers it. */
export function createProgram(host: CallHost, { color, mailboxes }: ProgramOptions): Command {
  const program = new Command('signalbox');
  configureOutput(program, host, color);
  program
    .description('Routes every mailbox to its own mail transport and credentials.')
    .version(version, '-V, --version')
    .option('--config <file>', 'the configuration (default: $SIGNALBOX_CONFIG, then signalbox.yaml)')
    .option('--data <dir>', 'where sign-ins are kept (default: $DATABASE_URL or $SIGNALBOX_DATA, then where the system keeps state)')
    .option('--json', 'print results as JSON')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .option('--verbose', 'structured logs on standard error, and where failures come from')
    .addOption(new Option('--test-mode', 'this is a test').hideHelp())
    .addOption(new Option('--test-clock <file>', 'go by the clock of the tenant that the file describes').hideHelp())
    .addHelpText(
      'after',
      examples(
        ['signalbox check', 'what will every mailbox use, and why?'],
        ['signalbox test incoming', 'does receiving work?'],
        ['signalbox test outgoing sales --to me@example.com', 'does sending work?'],
        ['signalbox doctor', 'what is missing, and who has to do what?'],
        ['signalbox auth sign-in support', 'somebody signs in'],
        ['signalbox watch', 'new mail as it arrives'],
      ),
    )
    .addHelpText('after', EXIT_CODES_HELP);
  for (const add of [addCheck, addTest, addAuth, addDoctor, addWatch, addSend, addFolders, addImport, addDeployment, addRun, addStatus, addMailbox, addSwitch, addDeliveries, addOutbox, addStore, addAzureSetup, addSchema]) add(program, host);
  addCompletion(program, mailboxes);
  return program;
}

function configureOutput(program: Command, { io }: CallHost, color: boolean): void {
  const { out, err } = createTerminal(io, { color, json: false });
  program
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help for what there is.')
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => out.width,
      getErrHelpWidth: () => err.width,
      // Colours are decided here, so that commander has nothing to take out again.
      getOutHasColors: () => true,
      getErrHasColors: () => true,
      outputError: (text, write) => write(wrap(text.replace(/^error:/, err.colors.red('error:')), err.width)),
    })
    .configureHelp({
      showGlobalOptions: true,
      sortSubcommands: false,
      styleTitle: (text) => out.colors.bold(text),
      styleCommandText: (text) => out.colors.cyan(text),
      styleSubcommandText: (text) => out.colors.cyan(text),
      styleOptionText: (text) => out.colors.cyan(text),
      styleArgumentText: (text) => out.colors.cyan(text),
    });
}
