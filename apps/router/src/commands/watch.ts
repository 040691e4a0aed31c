import { type Command, Option } from 'commander';
import { action, type Call, type CallHost } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { chooseMailboxes } from '../session/choose-mailboxes.ts';
import { UsageError } from '../usage-error.ts';
import { mailLayout } from '../view/mail-line.ts';
import { plural } from '../view/text.ts';
import { createWatchView, tellBroken, tellReceiving } from '../view/watch.ts';
import { examples } from './help.ts';

/** For taking back what servers were asked to tell; what is not taken back in that time ends by itself. */
const LEAVING_MS = 2_000;

interface WatchCommandOptions {
  readonly since: 'now' | 'beginning';
}

export function addWatch(program: Command, host: CallHost): void {
  program
    .command('watch')
    .summary('show new mail as it arrives')
    .description('Shows new mail as it arrives, one line each: time, mailbox, flow, sender, subject. A broken mailbox is told on standard error and tried again; the others go on. With the section `notifications`, servers that can tell of new mail are asked to. Ctrl-C ends it.')
    .argument('[mailbox...]', 'ids or addresses; all mailboxes when none is named')
    .addOption(new Option('--since <when>', 'where to begin').choices(['now', 'beginning']).default('now'))
    .addHelpText('after', examples(['signalbox watch', 'every mailbox'], ['signalbox watch sales --since beginning', 'what is there, then what comes'], ['signalbox watch --json | jq .subject', 'one JSON object per line']))
    .action(action(host, watch));
}

async function watch(call: Call, wanted: readonly string[], { since }: WatchCommandOptions): Promise<ExitCode> {
  await using session = await call.open({ receivesCalls: true });
  // Loaded when needed, as the session is: it takes the router and its libraries with it.
  const { watchFolder } = await import('../session/watch-mailbox.ts');
  const { signal } = call.io;
  const chosen = chooseMailboxes(session.routes, wanted).filter(({ wanted: directions }) => directions.includes('receive'));
  if (chosen.length === 0) throw new UsageError('None of these mailboxes is configured to receive.');
  const show = createWatchView(call, mailLayout(chosen.map(({ mailbox, receive }) => ({ id: mailbox.id, flow: receive?.flow ?? '' }))));
  const routed = chosen.filter(({ receive }) => receive);
  for (const routes of chosen) if (!routes.receive) tellBroken(call, routes);
  if (session.receiver && session.config.notifications) tellReceiving(call, session.config.notifications);
  if (!call.options.json) call.terminal.err.print(call.terminal.err.colors.dim(`Watching ${plural(routed.length, 'mailbox', 'mailboxes')}. Ctrl-C ends it.`));
  await Promise.all(
    routed.flatMap((routes) => routes.mailbox.folders.map((folder) => watchFolder({ connections: session.connections, routes, folder, since, clock: session.clock, signal, emit: show }))),
  );
  await session.receiver?.vacated(LEAVING_MS);
  return signal.aborted ? EXIT.ok : EXIT.failed; // nothing is left to watch
}
