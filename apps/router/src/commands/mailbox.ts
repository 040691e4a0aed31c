import type { Command } from 'commander';
import { action, type CallHost } from '../call.ts';
import { examples } from './help.ts';

/** What is done to one deployed mailbox while a router may be running. */
export function addMailbox(program: Command, host: CallHost): void {
  const mailbox = program
    .command('mailbox')
    .summary('pause, resume and remove mailboxes')
    .description('Pauses, resumes and removes deployed mailboxes. A running router sees it within seconds. Mailboxes are added, and get another address, by "signalbox apply".')
    .addHelpText('after', examples(['signalbox mailbox pause sales', 'nothing is received or sent'], ['signalbox mailbox resume sales', 'from where it stood'], ['signalbox mailbox remove sales --yes', 'erases what is stored of it']));
  mailbox
    .command('pause')
    .summary('stop receiving and sending for a while')
    .description('Nothing is received or sent for the mailbox until it is resumed. Nothing is lost: it goes on from where it stood.')
    .argument('<mailbox>', 'id or address')
    .action(action(host, async (call, name: string) => (await import('./mailbox-store.ts')).setState(call, name, 'pause')));
  mailbox
    .command('resume')
    .summary('go on with a paused mailbox')
    .description('Goes on with a paused mailbox from where it stood.')
    .argument('<mailbox>', 'id or address')
    .action(action(host, async (call, name: string) => (await import('./mailbox-store.ts')).setState(call, name, 'resume')));
  mailbox
    .command('remove')
    .summary('take a mailbox out and erase what is stored of it')
    .description('Deploys the configuration without the mailbox, as a new revision, and erases what is stored of it: its ledger, open deliveries and unsent mail. The mailbox itself is left alone, and so is the file: take the mailbox out of it too.')
    .argument('<mailbox>', 'id or address')
    .option('--yes', 'really')
    .action(action(host, async (call, name: string, options: { readonly yes?: boolean }) => (await import('./mailbox-store.ts')).removeMailbox(call, name, options)));
}
