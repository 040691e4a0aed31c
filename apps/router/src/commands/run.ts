import type { Command } from 'commander';
import { action, type CallHost } from '../call.ts';
import { examples } from './help.ts';
import { positive } from './options.ts';
import type { RunCommandOptions } from './run-router.ts';

/** The router itself, in the foreground. What carries it out is loaded when it is called. */
export function addRun(program: Command, host: CallHost): void {
  program
    .command('run')
    .summary('receive, hand over and send')
    .description(
      'Runs the deployed configuration: receives, hands every mail over to a program or a Maildir, and sends what is in the outbox. A newer revision takes over within seconds of its "signalbox apply". Ctrl-C or SIGTERM ends it once what was begun is done.\n\n' +
        'A program is started for each mail, with the message on standard input and SIGNALBOX_DELIVERY, SIGNALBOX_MAILBOX and more in its environment. Ending with 0 means that the mail is in safe hands; 75 that nothing can be taken now; anything else that this one is tried again later. The same mail may come again under the same SIGNALBOX_DELIVERY, after a crash: treat that as one.',
    )
    .argument('[program...]', 'what every mail is handed to; put -- before it')
    .option('--maildir <directory>', 'instead: a Maildir for each mailbox in this directory')
    .option('-j, --jobs <number>', 'mails in its hands at the same time', positive, 4)
    .option('-t, --timeout <seconds>', 'how long a program may take', positive, 120)
    .addHelpText('after', examples(['signalbox run -- ./on-mail.sh', ''], ['signalbox run --maildir /var/mail/incoming', ''], ['signalbox run --json -- python3 on_mail.py', 'one JSON object per line']))
    .action(action(host, async (call, program: readonly string[], options: RunCommandOptions) => (await import('./run-router.ts')).runCommand(call, program, options)));
}
