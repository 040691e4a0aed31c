import { type Command, Option } from 'commander';
import { action, type CallHost } from '../call.ts';
import { examples } from './help.ts';
import { positive } from './options.ts';
import type { OutboxListOptions } from './outbox-store.ts';

/** Mail that is to be sent, and what became of it. Works beside a running router, and while none runs. */
export function addOutbox(program: Command, host: CallHost): void {
  const outbox = program
    .command('outbox')
    .summary('see, cancel and retry what is sent')
    .description('Shows mail that is to be sent and what became of it, and decides what only a person can decide. Works beside a running router.')
    .addHelpText('after', examples(['signalbox outbox list', 'the newest first'], ['signalbox outbox list --state held', 'what waits for a decision'], ['signalbox outbox retry 0199c7b1-…', 'it was not sent: send it again']));
  outbox
    .command('list')
    .summary('list mail that is to be sent')
    .description('Lists mail that is to be sent or was, the newest first.')
    .argument('[mailbox]', 'id; all mailboxes when none is named')
    .addOption(new Option('--state <state...>', 'only these').choices(['scheduled', 'queued', 'attempting', 'unknown', 'held', 'sent', 'refused', 'failed', 'cancelled']))
    .option('-n, --limit <number>', 'how many', positive, 50)
    .action(action(host, async (call, mailbox: string | undefined, options: OutboxListOptions) => (await import('./outbox-store.ts')).listOutbox(call, mailbox, options)));
  outbox
    .command('show')
    .summary('show a mail and its history')
    .description('Shows one mail: what it is, how it stands, and everything that has happened to it.')
    .argument('<entry>', 'id')
    .action(action(host, async (call, id: string) => (await import('./outbox-store.ts')).showEntry(call, id)));
  addDecisions(outbox, host);
}

function addDecisions(outbox: Command, host: CallHost): void {
  outbox
    .command('cancel')
    .summary('do not send a mail')
    .description('Cancels a mail that nobody has tried to send yet, or one that is held: it is not sent any more.')
    .argument('<entry>', 'id')
    .action(action(host, async (call, id: string) => (await import('./outbox-store.ts')).decide(call, id, 'cancelled')));
  outbox
    .command('retry')
    .summary('send a mail again')
    .description('Sends a mail again that was held, refused or given up. One that is held may have been sent already: look in the mailbox before, or its recipients get it twice.')
    .argument('<entry>', 'id')
    .action(action(host, async (call, id: string) => (await import('./outbox-store.ts')).decide(call, id, 'retried')));
  outbox
    .command('sent')
    .summary('a held mail was sent after all')
    .description('Closes a mail that is held, because somebody has made sure that it was sent.')
    .argument('<entry>', 'id')
    .action(action(host, async (call, id: string) => (await import('./outbox-store.ts')).decide(call, id, 'found-sent')));
}
