import { type Command, Option } from 'commander';
import { action, type CallHost } from '../call.ts';
import type { DeliveryListOptions, ReplayOptions } from './deliveries-store.ts';
import { examples } from './help.ts';
import { positive } from './options.ts';

// What carries a command out is loaded when it is called, so that help answers at once.

/** What was or is to be handed over. Works beside a running router, and while none runs. */
export function addDeliveries(program: Command, host: CallHost): void {
  const deliveries = program
    .command('deliveries')
    .summary('see, close and replay what is handed over')
    .description('Shows what is to be handed over to the consumer and what it could not take. Works beside a running router.')
    .addHelpText('after', examples(['signalbox deliveries list', 'what is open or dead'], ['signalbox deliveries list --state dead', 'what was handed over too often'], ['signalbox deliveries replay --all', 'try all of that anew']));
  addList(deliveries, host);
  addShow(deliveries, host);
  addAck(deliveries, host);
  addReplay(deliveries, host);
}

function addList(deliveries: Command, host: CallHost): void {
  deliveries
    .command('list')
    .summary('list deliveries')
    .description('Lists deliveries by mailbox, in the order in which they are handed over. Of closed ones nothing but the times is kept.')
    .argument('[mailbox]', 'id; all mailboxes when none is named')
    .addOption(new Option('--state <state>', 'only these; open and dead when not said').choices(['open', 'dead', 'closed']))
    .option('-n, --limit <number>', 'how many', positive, 50)
    .action(action(host, async (call, mailbox: string | undefined, options: DeliveryListOptions) => (await import('./deliveries-store.ts')).listDeliveries(call, mailbox, options)));
}

function addShow(deliveries: Command, host: CallHost): void {
  deliveries
    .command('show')
    .summary('show what is known of a delivery')
    .description('Shows what is known of one delivery: its message, where that lies, how often it was handed over, and why it was not taken.')
    .argument('<delivery>', 'id')
    .action(action(host, async (call, id: string) => (await import('./deliveries-store.ts')).showDelivery(call, id)));
}

function addAck(deliveries: Command, host: CallHost): void {
  deliveries
    .command('ack')
    .summary('close deliveries for ever')
    .description('Acknowledges deliveries in the place of the consumer: they are closed, and never handed over again. What `onAck` says is done to their messages, as it is always.')
    .argument('<delivery...>', 'ids')
    .action(action(host, async (call, ids: readonly string[]) => (await import('./deliveries-store.ts')).ackDeliveries(call, ids)));
}

function addReplay(deliveries: Command, host: CallHost): void {
  deliveries
    .command('replay')
    .summary('hand dead deliveries over again')
    .description('Opens dead deliveries again, as if they had never been tried.')
    .argument('[delivery...]', 'ids')
    .option('--all', 'every dead delivery')
    .option('--mailbox <id>', 'with --all: of this mailbox')
    .addHelpText('after', examples(['signalbox deliveries replay 0199c7b1-…', ''], ['signalbox deliveries replay --all --mailbox sales', 'when its consumer has been repaired']))
    .action(action(host, async (call, ids: readonly string[], options: ReplayOptions) => (await import('./deliveries-store.ts')).replayDeliveries(call, ids, options)));
}
