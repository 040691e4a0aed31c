import type { NotificationSettings } from '@signalbox/router';
import type { Call } from '../call.ts';
import type { WatchEvent } from '../session/watch-mailbox.ts';
import { commandLine, failureJson, renderFailure } from './failure.ts';
import { type MailLayout, messageJson, renderMail } from './mail-line.ts';
import { renderProblems } from './problems.ts';
import { plural, printable } from './text.ts';

type Of<Kind extends WatchEvent['kind']> = Extract<WatchEvent, { kind: Kind }>;

/** Tells of a watch: mail on standard output, everything else beside it. */
export function createWatchView(call: Call, layout: MailLayout): (event: WatchEvent) => void {
  const { terminal, options } = call;
  const told = new Map<string, string>(); // what people have read already is not explained again at every attempt
  return (event) => {
    const { id } = event.routes.mailbox;
    if (event.kind === 'watching') {
      told.delete(id);
      tellWatching(call, event);
    } else if (event.kind === 'message' && options.json) terminal.json(messageJson(event));
    else if (event.kind === 'message') terminal.out.print(renderMail(event, layout, terminal.out));
    else {
      const { message } = failureJson(event.error, call.redact);
      tellFailure(call, event, told.get(id) === message);
      told.set(id, message);
    }
  };
}

function tellWatching({ terminal: { err }, options }: Call, { routes: { mailbox, receive }, folder, since }: Of<'watching'>): void {
  const { colors } = err;
  if (options.json) err.print(JSON.stringify({ type: 'watching', time: since.toISOString(), mailbox: mailbox.id, flow: receive?.flow, folder: folder.path }));
  else err.print(`${colors.green('✔')} ${colors.bold(mailbox.id)} ${colors.dim(`· watching ${printable(folder.path.join('/'))}`)}`);
}

function tellFailure({ terminal: { err }, options, redact }: Call, { routes, error, retryInMs, command }: Of<'failure'>, again: boolean): void {
  const { id } = routes.mailbox;
  if (options.json) {
    err.print(JSON.stringify({ type: 'failure', mailbox: id, retryInMs: retryInMs ?? null, error: failureJson(error, redact), command }));
    return;
  }
  const { colors } = err;
  const still = again ? `still ${failureJson(error, redact).code} · ` : '';
  err.print(`${colors.red('✘')} ${colors.bold(id)} ${colors.dim(`· ${still}${nextTry(retryInMs)}`)}`);
  if (again) return;
  err.print(renderFailure(error, { channel: err, redact, indent: '  ', verbose: options.verbose ?? false }));
  if (command !== undefined) err.print(commandLine(command, err));
}

function nextTry(retryInMs: number | undefined): string {
  if (retryInMs === undefined) return 'given up';
  const seconds = Math.max(1, Math.round(retryInMs / 1000));
  return `next try in ${seconds < 120 ? plural(seconds, 'second') : plural(Math.round(seconds / 60), 'minute')}`;
}

export function tellBroken({ terminal: { err }, options, shownFile }: Call, { mailbox, problems }: WatchEvent['routes']): void {
  if (options.json) err.print(JSON.stringify({ type: 'failure', mailbox: mailbox.id, retryInMs: null, problems }));
  else err.print(renderProblems(problems, shownFile, err));
}

/** Where servers call, and where that has to arrive. */
export function tellReceiving({ terminal: { err }, options }: Call, { publicUrl, listen }: NotificationSettings): void {
  if (options.json) err.print(JSON.stringify({ type: 'notifications', publicUrl, listen }));
  else err.print(err.colors.dim(`Servers may tell of new mail at ${publicUrl}, received on ${listen.host}, port ${listen.port}.`));
}
