import type { Command } from 'commander';
import { action, type CallHost } from '../call.ts';
import { examples } from './help.ts';
import { positive } from './options.ts';
import type { BacklogOptions } from './backlog-count.ts';
import type { StatusCommandOptions } from './status-store.ts';

/** How everything stands. What carries the commands out is loaded when they are called. */
export function addStatus(program: Command, host: CallHost): void {
  program
    .command('status')
    .summary('how every deployed mailbox stands')
    .description('Shows every deployed mailbox: its flows, whether it works, up to when everything has been seen, unread mail, what waits for the consumer and what waits to be sent, and the last failure with what to do about it. Works beside a running router and while none runs. Ends with 1 when a mailbox needs somebody.')
    .argument('[mailbox...]', 'ids or addresses; all mailboxes when none is named')
    .option('--offline', 'ask no mail server: shows no unread mail')
    .option('-t, --timeout <seconds>', 'how long a mail server may take', positive, 15)
    .addHelpText('after', examples(['signalbox status', 'all mailboxes'], ['signalbox status --json --offline', 'for monitoring']))
    .action(action(host, async (call, names: readonly string[], options: StatusCommandOptions) => (await import('./status-store.ts')).statusCommand(call, names, options)));
  program
    .command('backlog')
    .summary('what a first connect would deliver')
    .description('Counts for every mailbox what its `backlog` setting would have delivered when it is first connected. Changes nothing.')
    .argument('[mailbox...]', 'ids or addresses; all mailboxes when none is named')
    .option('--dry-run', 'what it does anyway; for scripts that want to be sure')
    .option('-t, --timeout <seconds>', 'how long one mailbox may take', positive, 300)
    .addHelpText('after', examples(['signalbox backlog --dry-run', 'before the first "signalbox run"']))
    .action(action(host, async (call, names: readonly string[], options: BacklogOptions) => (await import('./backlog-count.ts')).backlogCommand(call, names, options)));
}
