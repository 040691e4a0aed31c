import type { RouterEvent } from '@signalbox/router';
import type { Call } from '../call.ts';
import type { HandOverEvent } from '../hand-over/hand-over.ts';
import type { HandedDelivery } from '../hand-over/handed-delivery.ts';
import type { RunEvent } from '../session/run-router.ts';
import type { Session } from '../session/session.ts';
import { failureJson, renderFailure } from './failure.ts';
import { ROOMY } from './table.ts';
import { clip, column, plural, printable, wrap } from './text.ts';
import { tellReceiving } from './watch.ts';

/** Shows what a running router does: mails on standard output, everything about them on standard error. */
export function createRunView(call: Call): (event: RunEvent) => void {
  const { terminal, options } = call;
  const told = new Map<string, string>(); // what people have read already is not explained again at every attempt
  return (event) => {
    if (options.json) tellJson(call, event);
    else if (event.kind === 'started') tellStarted(call, event);
    else if (event.kind === 'updated') tellUpdated(call, event);
    else if (event.kind === 'hand-over') tellHandOver(call, event.event, told);
    else if (event.kind === 'router') tellRouter(call, event.event, told);
    else if (event.kind === 'not-called') terminal.err.print(`${terminal.err.colors.yellow('!')} Servers cannot tell of new mail; it is found by looking.\n${failureText(call, event.error)}`);
    else terminal.err.print(`${terminal.err.colors.red('✘')} Revision ${event.number} cannot be used; the one before goes on.\n${failureText(call, event.error)}`);
  };
}

const failureText = ({ terminal: { err }, redact, options }: Call, error: unknown): string => renderFailure(error, { channel: err, redact, indent: '  ', verbose: options.verbose ?? false });

const MAILBOX_WIDTH = 12;
/** Beside the ids of mailboxes, which have no space. */
const HAND_OVER = 'hand over';

const waitText = (ms: number): string => {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 120 ? plural(seconds, 'second') : plural(Math.round(seconds / 60), 'minute');
};

function tellUpdated({ terminal: { err } }: Call, { revision, session, update: { added, changed, removed } }: Extract<RunEvent, { kind: 'updated' }>): void {
  const parts = Object.entries({ added, changed, removed }).flatMap(([what, ids]) => (ids.length === 0 ? [] : [`${plural(ids.length, 'mailbox', 'mailboxes')} ${what}`]));
  err.print(err.colors.dim(`Running revision ${revision.number}: ${plural(session.routes.length, 'mailbox', 'mailboxes')}${parts.length > 0 ? `, ${parts.join(', ')}` : ', each as before'}.`));
  tellBroken(err, session);
}

function tellStarted(call: Call, { revision, session, isCalled }: Extract<RunEvent, { kind: 'started' }>): void {
  const { err } = call.terminal;
  const { colors } = err;
  err.print(colors.dim(`Running revision ${revision.number}: ${plural(session.routes.length, 'mailbox', 'mailboxes')}. Ctrl-C ends it.`));
  tellBroken(err, session);
  if (isCalled && session.config.notifications) tellReceiving(call, session.config.notifications);
}

function tellBroken(err: Call['terminal']['err'], { routes }: Session): void {
  const broken = routes.filter(({ wanted, receive, send }) => wanted.some((direction) => !(direction === 'receive' ? receive : send))).map(({ mailbox }) => mailbox.id);
  if (broken.length > 0) err.tell(`${err.colors.red('✘')} ${broken.join(', ')}: no route. "signalbox check" says why.`);
}

function tellHandOver(call: Call, event: HandOverEvent, told: Map<string, string>): void {
  const { out, err } = call.terminal;
  if (event.kind === 'taken') {
    const { mailbox, from, subject, id } = event.delivery;
    const [title, whole] = [printable(subject ?? '') || '(no subject)', !out.isTerminal || out.width >= ROOMY];
    const fromWidth = whole ? 26 : 20;
    const used = 1 + MAILBOX_WIDTH + fromWidth + 6 + (whole ? id.length + 2 : 0);
    const line = [out.colors.green('✔'), out.colors.bold(column(mailbox, MAILBOX_WIDTH)), column(printable(from?.[0] ?? '(no sender)'), fromWidth), out.isTerminal ? clip(title, out.width - used) : title];
    // What is taken needs nothing more: where there is no room for its id, "deliveries list --state closed" has it.
    out.print([...line, ...(whole ? [out.colors.dim(id)] : [])].join('  '));
    return;
  }
  const { colors } = err;
  if (event.kind === 'unavailable') {
    err.tell(`${colors.red('✘')} Nothing can be handed over now ${colors.dim(`· next try in ${waitText(event.retryInMs)}`)}`);
    err.print(wrap(printable(call.redact(event.error.message)), err.width, '  '));
    return;
  }
  const which = `${colors.bold(event.delivery.mailbox)} ${event.delivery.id}`;
  const { message } = failureJson(event.error, call.redact);
  const again = told.get(HAND_OVER) === message;
  told.set(HAND_OVER, message);
  if (event.kind === 'refused') err.tell(`${colors.red('✘')} ${which} ${colors.dim(`· ${again ? 'for the same reason · ' : ''}try ${event.delivery.attempt}, again in ${waitText(event.retryInMs)}`)}`);
  else err.tell(`${colors.yellow('!')} ${which} was taken, and the store could not be told: it comes again.`);
  if (!again) err.print(failureText(call, event.error));
}

function tellRouter(call: Call, event: RouterEvent, told: Map<string, string>): void {
  const { err } = call.terminal;
  const { colors } = err;
  const say = (mark: string, text: string): void => err.tell(`${mark} ${colors.bold(event.mailbox)} ${text}`);
  const failed = (waits: string, error?: string): void => err.print([`${colors.red('✘')} ${colors.bold(event.mailbox)} ${colors.dim(waits)}`, ...(error === undefined ? [] : [error])].join('\n'));
  switch (event.type) {
    case 'mailbox-active':
      if (told.delete(event.mailbox)) say(colors.green('✔'), 'works again.');
      return;
    case 'mailbox-failed': {
      const { code, message } = failureJson(event.error, call.redact);
      const again = told.get(event.mailbox) === message;
      told.set(event.mailbox, message);
      failed(`· ${again ? `still ${code} · ` : ''}next try in ${waitText(event.retryAt.getTime() - event.at.getTime())}`, again ? undefined : failureText(call, event.error));
      return;
    }
    case 'mailbox-silent':
      say(colors.yellow('!'), 'has said nothing for too long, and is opened anew.');
      return;
    case 'gap-found':
      say(colors.yellow('!'), `has lost its position (${event.reason})${event.since ? `, last swept ${event.since.toISOString()}` : ''}: everything is compared with what is known.`);
      return;
    case 'gap-closed':
      say(colors.green('✔'), `is complete again: ${plural(event.delivered, 'mail')} had been missed.`);
      return;
    case 'outbox-changed':
      if (event.state === 'held') say(colors.yellow('!'), `mail ${event.entry} may have left, and nothing proves it. "signalbox outbox show ${event.entry}" tells more.`);
      else if (event.state === 'refused' || event.state === 'failed') say(colors.red('✘'), `mail ${event.entry} was not sent (${event.state}). "signalbox outbox show ${event.entry}" says why.`);
      return;
    case 'delivery-dead':
      say(colors.red('✘'), `${event.delivery} was handed over too often. "signalbox deliveries replay ${event.delivery}" tries it anew.`);
      return;
    default: // recorded mail is told when it is handed over; an audit that found something is logged
  }
}

function tellJson({ terminal, redact }: Call, event: RunEvent): void {
  const time = new Date().toISOString();
  const tell = (line: unknown): void => terminal.err.print(JSON.stringify(line));
  if (event.kind === 'started') tell({ type: 'started', time, revision: event.revision.number, mailboxes: event.session.routes.length, notifications: event.isCalled });
  else if (event.kind === 'updated') tell({ type: 'updated', time, revision: event.revision.number, mailboxes: event.session.routes.length, added: event.update.added, changed: event.update.changed, removed: event.update.removed });
  else if (event.kind === 'not-called') tell({ type: event.kind, time, error: failureJson(event.error, redact) });
  else if (event.kind === 'revision-unusable') tell({ type: event.kind, time, revision: event.number, error: failureJson(event.error, redact) });
  else if (event.kind === 'router') {
    const { type, at, ...about } = event.event;
    tell({ type, time: at, ...about, ...('error' in about && { error: failureJson(about.error, redact) }) });
  } else if (event.event.kind === 'taken') terminal.json({ type: 'taken', time, ...deliveryOf(event.event.delivery), durationMs: event.event.durationMs });
  else if (event.event.kind === 'unavailable') tell({ type: 'unavailable', time, retryInMs: event.event.retryInMs, error: failureJson(event.event.error, redact) });
  else tell({ type: event.event.kind, time, ...deliveryOf(event.event.delivery), ...('retryInMs' in event.event && { retryInMs: event.event.retryInMs }), error: failureJson(event.event.error, redact) });
}

const deliveryOf = ({ id, mailbox, attempt, receivedAt, messageId, from, subject }: HandedDelivery) => ({ delivery: id, mailbox, attempt, receivedAt, messageId, from, subject });
