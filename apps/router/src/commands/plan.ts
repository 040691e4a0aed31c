import type { Command } from 'commander';
import { action, type CallHost } from '../call.ts';
import { examples } from './help.ts';
import { positive } from './options.ts';
import type { ApplyCommandOptions, PlanCommandOptions } from './deploy.ts';

// What carries a command out is loaded when it is called, so that help answers at once.

/** What would change, changing it, and what has changed. */
export function addDeployment(program: Command, host: CallHost): void {
  addPlan(program, host);
  addApply(program, host);
  addHistory(program, host);
}

function addPlan(program: Command, host: CallHost): void {
  program
    .command('plan')
    .summary('show what deploying the configuration would change')
    .description('Compares the configuration with the one that is deployed, mailbox by mailbox: added, removed, another address, flow, server or setting. Changes nothing. Refuses what would lose mail or deliver it twice: another flow or server of a mailbox that receives, and one mailbox configured twice.')
    .option('--probe', 'connect to mailboxes that are new, and recognize one that is known by another name')
    .option('--exit-code', 'end with 4 when there is something to change')
    .option('-t, --timeout <seconds>', 'how long connecting may take', positive, 60)
    .addHelpText('after', examples(['signalbox plan', 'what would change?'], ['signalbox plan --exit-code', 'for scripts: 0 nothing, 4 something, 1 refused'], ['signalbox plan --json | jq .refusals', '']))
    .action(action(host, async (call, options: PlanCommandOptions) => (await import('./deploy.ts')).planCommand(call, options)));
}

function addApply(program: Command, host: CallHost): void {
  program
    .command('apply')
    .summary('deploy the configuration')
    .description('Deploys the configuration as a new revision; a running router takes it over within seconds. Every revision is kept, sealed, with its references and never with what they lead to. Of two who apply at the same time one is told to plan anew.')
    .option('--revision <number>', 'a configuration that was deployed before, as a new revision', positive)
    .option('-m, --message <text>', 'why, for the history')
    .option('--allow-removal', 'erase what is stored of mailboxes that are no longer configured')
    .option('--probe', 'connect to mailboxes that are new, and recognize one that is known by another name')
    .option('-t, --timeout <seconds>', 'how long connecting may take', positive, 60)
    .addHelpText('after', examples(['signalbox apply -m "faxes go to the new server"', ''], ['signalbox apply --revision 7', 'back to what revision 7 was']))
    .action(action(host, async (call, options: ApplyCommandOptions) => (await import('./deploy.ts')).applyCommand(call, options)));
}

function addHistory(program: Command, host: CallHost): void {
  program
    .command('history')
    .summary('list the configurations that were deployed')
    .description('Lists the deployed revisions, the newest first: when, by whom, and what changed.')
    .option('-n, --limit <number>', 'how many', positive, 20)
    .option('--show <number>', 'print the configuration of this revision', positive)
    .addHelpText('after', examples(['signalbox history', ''], ['signalbox history --show 7 > then.yaml', 'the text as it was deployed']))
    .action(action(host, async (call, options: { readonly limit: number; readonly show?: number }) => (await import('./history.ts')).historyCommand(call, options)));
}
