import type { Command } from 'commander';
import type { EmailAddress } from '@signalbox/core';
import { action, type Call, type CallHost } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { chooseMailbox } from '../session/choose-mailboxes.ts';
import { applyDefaults, envelopeOf, sendFacet, submit } from '../session/submit.ts';
import { receiptJson, renderReceipt } from '../view/receipt.ts';
import { examples } from './help.ts';
import { openDirection } from './open-direction.ts';
import { addresses, positive } from './options.ts';

interface OutgoingOptions {
  readonly to: readonly EmailAddress[];
  readonly timeout: number;
}

export function addTestOutgoing(test: Command, host: CallHost): void {
  test
    .command('outgoing')
    .summary('send one small mail')
    .description("Sends one small mail by the mailbox's own route and prints the server's receipt.")
    .argument('<mailbox>', 'id or address')
    .requiredOption('--to <address>', 'who gets the test mail (repeatable)', addresses)
    .option('-t, --timeout <seconds>', 'how long it may take', positive, 60)
    .addHelpText('after', examples(['signalbox test outgoing sales --to me@example.com', 'from the mailbox "sales"']))
    .action(action(host, testOutgoing));
}

async function testOutgoing(call: Call, name: string, options: OutgoingOptions): Promise<ExitCode> {
  await using session = await call.open();
  const routes = chooseMailbox(session.routes, name);
  const { mailbox } = routes;
  const signal = AbortSignal.any([call.io.signal, AbortSignal.timeout(options.timeout * 1000)]);
  using progress = call.terminal.progress(`Sending through ${mailbox.id}…`);
  const send = sendFacet(await openDirection(session, routes, 'send', signal));
  // The configured Bcc is for real mail: a test should not land in the archive.
  const addressed = { ...applyDefaults({ to: options.to, cc: [], bcc: [] }, session.config, mailbox.address), bcc: [] };
  const now = session.clock.now();
  const text = `This is a test of outgoing mail.\n\nMailbox: ${mailbox.id} (${mailbox.address})\nFlow: ${routes.send?.flow}\nSent: ${now.toISOString()}\n`;
  const { composeMessage } = await import('../mail/compose.ts');
  const { bytes, messageId } = await composeMessage(
    { ...addressed, subject: `Signalbox test: outgoing mail of ${mailbox.id}`, text },
    { now, keepBcc: false },
  );
  const sent = { mailbox: mailbox.id, from: addressed.from, messageId, receipt: await submit(send, envelopeOf(addressed), bytes, signal) };
  progress[Symbol.dispose]();
  if (call.options.json) call.terminal.json(receiptJson(sent));
  else call.terminal.out.print(renderReceipt(sent, call.terminal.out));
  return EXIT.ok;
}
