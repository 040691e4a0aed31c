import { type Command, Option } from 'commander';
import { action, type CallHost } from '../call.ts';
import { examples } from './help.ts';
import { positive } from './options.ts';
import type { SwitchCommandOptions, SwitchRunOptions } from './switch-mailbox.ts';

/** A mailbox that receives gets another flow, with a way back. */
export function addSwitch(program: Command, host: CallHost): void {
  const command = program
    .command('switch')
    .summary('give a mailbox that receives another flow')
    .description('Gives a mailbox that receives another flow, after everything that the new flow needs was tried, and with a way back. What was recorded stays: nothing is lost or delivered twice, and open deliveries and unsent mail go on by the new flow. Works beside a running router, which takes the new flow within seconds.')
    .addHelpText('after', examples(['signalbox switch plan sales --to o365-imap-client-credentials', 'what would it take?'], ['signalbox switch run sales --to o365-imap-client-credentials', ''], ['signalbox switch status sales', ''], ['signalbox switch roll-back sales', 'back, at any time while it soaks']));
  command
    .command('plan')
    .summary('try what the new flow needs, changing nothing')
    .description('Signs in by the new flow, tries whatever it needs, and compares what it shows with what was recorded. Everything that is missing is told with how to mend it. Changes nothing.')
    .argument('<mailbox>', 'id or address')
    .requiredOption('--to <flow>', 'the flow')
    .addOption(onlyOption())
    .option('-t, --timeout <seconds>', 'how long connecting may take', positive, 60)
    .action(action(host, async (call, name: string, options: SwitchCommandOptions) => (await import('./switch-mailbox.ts')).planSwitch(call, name, options)));
  command
    .command('run')
    .summary('switch')
    .description('Does what "plan" does, and then deploys the flow as a new revision, in one step that also writes down the way back. Until it has soaked, the router goes back by itself when the new flow cannot be used for a minute for a reason that waiting does not mend. One that was interrupted is gone on with by running it again. The file is left alone: write the flow into it too.')
    .argument('<mailbox>', 'id or address')
    .requiredOption('--to <flow>', 'the flow')
    .addOption(onlyOption())
    .option('--soak <hours>', 'how long it is watched, and can be rolled back', positive, 168)
    .option('-t, --timeout <seconds>', 'how long connecting may take', positive, 60)
    .action(action(host, async (call, name: string, options: SwitchRunOptions) => (await import('./switch-mailbox.ts')).runSwitch(call, name, options)));
  addEnds(command, host);
}

const onlyOption = (): Option => new Option('--only <direction>', 'this direction alone').choices(['receive', 'send']);

function addEnds(command: Command, host: CallHost): void {
  command
    .command('status')
    .summary('show switches, step by step')
    .description('Shows the latest switches, or those of one mailbox with every step: what, when, with which revision and what was found.')
    .argument('[mailbox]', 'id or address; all when none is named')
    .option('-n, --limit <number>', 'how many', positive, 20)
    .action(action(host, async (call, name: string | undefined, options: { readonly limit: number }) => (await import('./switch-state.ts')).switchStatus(call, name, options)));
  command
    .command('roll-back')
    .summary('go back to the flow before')
    .description('Gives the mailbox its former flow back, whatever else was deployed meanwhile. Asks no server, so that it works where the new flow does not.')
    .argument('<mailbox>', 'id or address')
    .option('-m, --message <text>', 'why, for the journal')
    .action(action(host, async (call, name: string, options: { readonly message?: string }) => (await import('./switch-state.ts')).rollBack(call, name, options)));
  command
    .command('complete')
    .summary('end the watch before its time')
    .description('Ends the watch over a switch before its time: it is not rolled back any more, and the mailbox can be switched again.')
    .argument('<mailbox>', 'id or address')
    .action(action(host, async (call, name: string) => (await import('./switch-state.ts')).endSwitch(call, name, 'complete')));
  command
    .command('cancel')
    .summary('end one that was interrupted before its flip')
    .description('Ends a switch that was interrupted before it changed anything.')
    .argument('<mailbox>', 'id or address')
    .action(action(host, async (call, name: string) => (await import('./switch-state.ts')).endSwitch(call, name, 'cancel')));
}
