import { type Command, Option } from 'commander';
import { action, type Call, type CallHost } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { chooseMailboxes } from '../session/choose-mailboxes.ts';
import { type WatchEvent, watchFolder } from '../session/watch-mailbox.ts';
import { UsageError } from '../usage-error.ts';
import { failureJson, renderFailure } from '../view/failure.ts';
import { mailLayout, messageJson, renderMail } from '../view/mail-line.ts';
import { renderProblems } from '../view/problems.ts';
import { plural } from '../view/text.ts';
import { examples } from './help.ts';

interface WatchCommandOptions {
  readonly since: 'now' | 'beginning';
}

export function addWatch(program: Command, host: CallHost): void {
  program
    .command('watch')
    .summary('show new mail as it arrives')
    .description('Shows new mail as it arrives, one line each: time, mailbox, flow, sender, subject. A broken mailbox is told on standard error and tried again; the others go on. Ctrl-C ends it.')
    .argument('[mailbox...]', 'ids or addresses; all mailboxes when none is named')
    .addOption(new Option('--since <when>', 'where to begin').choices(['now', 'beginning']).default('now'))
    .addHelpText('after', examples(['signalbox watch', 'every mailbox'], ['signalbox watch sales --since beginning', 'what is there, then what comes'], ['signalbox watch --json | jq .subject', 'one JSON object per line']))
    .action(action(host, watch));
}

async function watch(call: Call, wanted: readonly string[], { since }: WatchCommandOptions): Promise<ExitCode> {
  await using session = await call.open();
  const { signal } = call.io;
  const chosen = chooseMailboxes(session.routes, wanted).filter(({ wanted: directions }) => directions.includes('receive'));
  if (chosen.length === 0) throw new UsageError('None of these mailboxes is configured to receive.');
  const show = createView(call, chosen.map(({ mailbox, receive }) => ({ id: mailbox.id, flow: receive?.flow ?? '' })));
  const routed = chosen.filter(({ receive }) => receive);
  for (const routes of chosen) if (!routes.receive) tellBroken(call, routes);
  if (!call.options.json) call.terminal.err.print(call.terminal.err.colors.dim(`Watching ${plural(routed.length, 'mailbox', 'mailboxes')}. Ctrl-C ends it.`));
  await Promise.all(
    routed.flatMap((routes) => routes.mailbox.folders.map((folder) => watchFolder({ router: session.router, routes, folder, since, clock: session.clock, signal, emit: show }))),
  );
  return signal.aborted ? EXIT.ok : EXIT.failed; // nothing is left to watch
}

function createView(call: Call, mailboxes: readonly { readonly id: string; readonly flow: string }[]): (event: WatchEvent) => void {
  const { terminal, options } = call;
  const layout = mailLayout(mailboxes);
  const told = new Map<string, string>(); // what people have read already is not explained again at every attempt
  return (event) => {
    const { id } = event.routes.mailbox;
    if (event.kind === 'watching') told.delete(id);
    else if (event.kind === 'message' && options.json) terminal.json(messageJson(event));
    else if (event.kind === 'message') terminal.out.print(renderMail(event, layout, terminal.out));
    else {
      const { message } = failureJson(event.error, call.redact);
      tellFailure(call, event, told.get(id) === message);
      told.set(id, message);
    }
  };
}

type Failure = Extract<WatchEvent, { kind: 'failure' }>;

function tellFailure({ terminal: { err }, options, redact }: Call, { routes, error, retryInMs }: Failure, again: boolean): void {
  const { id } = routes.mailbox;
  if (options.json) {
    err.print(JSON.stringify({ type: 'failure', mailbox: id, retryInMs: retryInMs ?? null, error: failureJson(error, redact) }));
    return;
  }
  const { colors } = err;
  const still = again ? `still ${failureJson(error, redact).code} · ` : '';
  err.print(`${colors.red('✘')} ${colors.bold(id)} ${colors.dim(`· ${still}${nextTry(retryInMs)}`)}`);
  if (!again) err.print(renderFailure(error, { channel: err, redact, indent: '  ', verbose: options.verbose ?? false }));
}

function nextTry(retryInMs: number | undefined): string {
  if (retryInMs === undefined) return 'given up';
  const seconds = Math.max(1, Math.round(retryInMs / 1000));
  return `next try in ${seconds < 120 ? plural(seconds, 'second') : plural(Math.round(seconds / 60), 'minute')}`;
}

function tellBroken({ terminal: { err }, options, shownFile }: Call, { mailbox, problems }: WatchEvent['routes']): void {
  if (options.json) err.print(JSON.stringify({ type: 'failure', mailbox: mailbox.id, retryInMs: null, problems }));
  else err.print(renderProblems(problems, shownFile, err));
}
