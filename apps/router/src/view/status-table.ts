import type { Revision } from '@signalbox/store';
import { type MailboxStatus, needsSomebody } from '../session/mailbox-status.ts';
import { remedyLines } from './failure.ts';
import { type Cell, renderTable } from './table.ts';
import type { Channel, Colors } from './terminal.ts';
import { plural, printable, wrap } from './text.ts';

type Screen = Pick<Channel, 'colors' | 'width'>;

export function renderStatus(statuses: readonly MailboxStatus[], { number }: Revision, screen: Screen): string {
  const { colors } = screen;
  const table = renderTable(
    [{ head: '', fixed: true }, { head: 'Mailbox' }, { head: 'Flow' }, { head: 'State', fixed: true }, { head: 'Complete up to', fixed: true }, { head: 'Unread', align: 'right', fixed: true }, { head: 'Open', align: 'right', fixed: true }, { head: 'To send', align: 'right', fixed: true }],
    statuses.map((each) => rowOf(each, colors)),
    screen,
  );
  const failures = statuses.filter(needsSomebody).map((each) => whyOf(each, screen));
  const count = statuses.filter(needsSomebody).length;
  const all = plural(statuses.length, 'mailbox', 'mailboxes');
  return [table, ...failures, count === 0 ? colors.green(`Revision ${number}: none of ${all} needs anybody.`) : colors.red(`Revision ${number}: ${count} of ${all} ${count === 1 ? 'needs' : 'need'} somebody.`)].join('\n\n');
}

function rowOf(status: MailboxStatus, colors: Colors): readonly Cell[] {
  const { id, address, receive, send, state, completeUpTo, unread, open, dead, waiting, held } = status;
  const flow = receive === send || send === undefined ? (receive ?? '') : receive === undefined ? send : `${receive} / ${send}`;
  return [
    needsSomebody(status) ? { text: '✘', style: colors.red } : { text: '✔', style: state === 'active' ? colors.green : colors.dim },
    [{ text: id, style: colors.bold }, { text: address, style: colors.dim }],
    flow,
    { text: state, style: state === 'active' ? colors.green : state === 'retrying' || state === 'broken' ? colors.red : colors.yellow },
    completeUpTo ? completeUpTo.toISOString().slice(0, 19).replace('T', ' ') : { text: '–', style: colors.dim },
    unread === undefined ? { text: '–', style: colors.dim } : String(unread),
    [{ text: String(open) }, ...(dead > 0 ? [{ text: `${dead} dead`, style: colors.red }] : [])],
    [{ text: String(waiting) }, ...(held > 0 ? [{ text: `${held} held`, style: colors.red }] : [])],
  ];
}

function whyOf({ id, state, dead, held, error, retryAt }: MailboxStatus, screen: Screen): string {
  const { colors, width } = screen;
  return [
    `${colors.red('✘')} ${colors.bold(id)}${retryAt ? colors.dim(` · next try at ${retryAt.toISOString().slice(11, 19)} UTC`) : ''}`,
    ...(error ? [wrap(`${colors.red(printable(error.message))} ${colors.dim(`(${error.code})`)}`, width, '  '), ...(error.remedy ? remedyLines(error.remedy, screen, '  ') : [])] : []),
    ...(state === 'broken' ? [wrap('The configuration gives it no route. "signalbox check" says why.', width, '  ')] : []),
    ...(dead > 0 ? [wrap(`${plural(dead, 'delivery was', 'deliveries were')} handed over too often. "signalbox deliveries list ${id} --state dead" shows why.`, width, '  ')] : []),
    ...(held > 0 ? [wrap(`${plural(held, 'mail waits', 'mails wait')} for a decision. "signalbox outbox list ${id} --state held" shows which.`, width, '  ')] : []),
  ].join('\n');
}

export const statusJson = ({ id, open, dead, waiting, held, ...status }: MailboxStatus) => ({
  mailbox: id,
  ...status,
  deliveries: { open, dead },
  outbox: { waiting, held },
});
