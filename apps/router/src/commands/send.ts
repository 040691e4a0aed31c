import type { Command } from 'commander';
import type { EmailAddress } from '@signalbox/core';
import { action, type Call, type CallHost } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { chooseMailbox } from '../session/choose-mailboxes.ts';
import { applyDefaults, envelopeOf, sendFacet, submit } from '../session/submit.ts';
import { receiptJson, renderReceipt } from '../view/receipt.ts';
import type { Material } from '../mail/material.ts';
import { UsageError } from '../usage-error.ts';
import { examples } from './help.ts';
import { openDirection } from './open-direction.ts';
import { addresses, instant, positive } from './options.ts';

interface SendOptions {
  readonly to?: readonly EmailAddress[];
  readonly cc?: readonly EmailAddress[];
  readonly bcc?: readonly EmailAddress[];
  readonly from?: readonly EmailAddress[];
  readonly subject?: string;
  readonly text?: string;
  readonly file?: string;
  readonly direct?: boolean;
  readonly key?: string;
  readonly at?: Date;
  readonly wait?: boolean;
  readonly timeout: number;
}

export function addSend(program: Command, host: CallHost): void {
  program
    .command('send')
    .summary('send a mail through a mailbox')
    .description("Sends one mail by the mailbox's own route. Once a configuration is deployed, the mail is put into the outbox and sent by the running router, exactly once and whatever happens on the way; before that, or with --direct, it is sent at once. From and Bcc come from the configuration's `outgoing` section unless they are given.")
    .argument('<mailbox>', 'id or address')
    .option('--to <address>', 'recipient (repeatable, or separated by commas)', addresses)
    .option('--cc <address>', 'copy', addresses)
    .option('--bcc <address>', 'hidden copy', addresses)
    .option('--from <address>', 'instead of the default', addresses)
    .option('-s, --subject <text>', 'the subject')
    .option('--text <text>', 'the text; read from standard input when neither this nor --file is given')
    .option('-f, --file <message.eml>', 'a finished RFC 5322 message; "-" is standard input. Its headers name the recipients unless --to does')
    .option('--direct', 'send at once, past the outbox: once or not at all, and in doubt it is told')
    .option('--key <text>', 'the same key with the same mail is one mail, however often it is sent')
    .option('--at <time>', 'not before, such as 2026-12-01T08:00:00Z', instant)
    .option('--wait', 'wait until it has been sent')
    .option('-t, --timeout <seconds>', 'how long it may take, or be waited for', positive, 120)
    .addHelpText(
      'after',
      examples(
        ['signalbox send sales --to a@example.com -s Hello --text "Good morning"', ''],
        ['git log -1 | signalbox send sales --to a@example.com -s "Last commit"', ''],
        ['signalbox send sales --file reply.eml', ''],
      ),
    )
    .action(action(host, sendMail));
}

async function sendMail(call: Call, name: string, options: SendOptions): Promise<ExitCode> {
  const { readMaterial } = await import('../mail/material.ts');
  const material = await readMaterial(call.io, options);
  await using store = options.direct ? undefined : await call.findStore();
  const revision = await store?.revisions.current();
  if (store && revision) return await (await import('./send-outbox.ts')).sendByOutbox(call, { store, name, material, ...options });
  if (options.key !== undefined || options.at || options.wait) throw new UsageError('--key, --at and --wait need the outbox.', options.direct ? 'Leave --direct out.' : 'Deploy the configuration with "signalbox apply".');
  return await sendDirectly(call, name, material, options);
}

async function sendDirectly(call: Call, name: string, material: Material, options: SendOptions): Promise<ExitCode> {
  const { addresseesOf, buildMessage } = await import('../mail/material.ts');
  await using session = await call.open();
  const routes = chooseMailbox(session.routes, name);
  const addressed = applyDefaults(addresseesOf(material, { ...options, from: options.from?.[0] }), session.config, routes.mailbox.address);
  const envelope = envelopeOf(addressed);
  const signal = AbortSignal.any([call.io.signal, AbortSignal.timeout(options.timeout * 1000)]);
  using progress = call.terminal.progress(`Sending through ${routes.mailbox.id}…`);
  const send = sendFacet(await openDirection(session, routes, 'send', signal));
  const { bytes, messageId } = await buildMessage(material, addressed, { subject: options.subject ?? '', now: session.clock.now(), traits: send.traits });
  const sent = { mailbox: routes.mailbox.id, from: addressed.from, messageId, receipt: await submit(send, envelope, bytes, signal) };
  progress[Symbol.dispose]();
  if (call.options.json) call.terminal.json(receiptJson(sent));
  else call.terminal.out.print(renderReceipt(sent, call.terminal.out));
  return EXIT.ok;
}
