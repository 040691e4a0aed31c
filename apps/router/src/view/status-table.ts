import type { Revision } from '@signalbox/store';
import { type MailboxStatus, needsSomebody } from '../session/mailbox-status.ts';
import { remedyLines } from './failure.ts';
import { type Cell, renderTable, ROOMY } from './table.ts';
import type { Channel, Colors } from './terminal.ts';
import { plural, printable, wrap } from './text.ts';

type Screen = Pick<Channel, 'colors' | 'width'>;

export function renderStatus(statuses: readonly MailboxStatus[], { number }: Revision, screen: Screen): string {
  const { colors, width } = screen;
  const roomy = width >= ROOMY;
  const table = renderTable(
    [
      { head: '', fixed: true },
      { head: 'Mailbox' },
      ...(roomy ? [{ head: 'Flow' }] : []),
      { head: 'State', fixed: true },
      { head: 'Complete up to', fixed: true },
      ...['Unread', 'Open', 'To send'].map((head) => ({ head, align: 'right', fixed: true }) as const),
    ],
    statuses.map((each) => rowOf(each, colors, roomy)),
    screen,
  );
  const failures = statuses.filter(needsSomebody).map((each) => whyOf(each, screen));
  const count = statuses.filter(needsSomebody).length;
  const all = plural(statuses.length, 'mailbox', 'mailboxes');
  const summary = count === 0 ? colors.green(`Revision ${number}: none of ${all} needs anybody.`) : colors.red(`Revision ${number}: ${count} of ${all} ${count === 1 ? 'needs' : 'need'} somebody.`);
  return [table, ...failures, ...nobodyWorks(statuses, screen), summary].join('\n\n');
}

/** A router that does not run leaves no failure behind, and is looked for first. */
const nobodyWorks = (statuses: readonly MailboxStatus[], { colors, width }: Screen): readonly string[] =>
  statuses.some(({ state }) => state === 'idle') && statuses.every(({ state }) => state === 'idle' || state === 'paused' || state === 'broken' || state === 'sends only')
    ? [wrap(`${colors.yellow('!')} No router works on these mailboxes; "signalbox run" does.`, width)]
    : [];

function rowOf(status: MailboxStatus, colors: Colors, roomy: boolean): readonly Cell[] {
  const { id, address, receive, send, state, completeUpTo, unread, open, dead, waiting, held } = status;
  const flow = receive === send || send === undefined ? (receive ?? '') : receive === undefined ? send : `${receive} / ${send}`;
  const mailbox = [{ text: id, style: colors.bold }, { text: address, style: colors.dim }];
  const [day, time] = completeUpTo?.toISOString().slice(0, 19).split('T') ?? [];
  const nothing = { text: '–', style: colors.dim };
  return [
    needsSomebody(status) ? { text: '✘', style: colors.red } : { text: '✔', style: state === 'active' ? colors.green : colors.dim },
    ...(roomy ? [mailbox, flow] : [[...mailbox, { text: flow, style: colors.cyan }]]),
    { text: state, style: state === 'active' ? colors.green : state === 'retrying' || state === 'broken' ? colors.red : colors.yellow },
    day === undefined ? nothing : [{ text: day }, { text: `${time} UTC` }],
    unread === undefined ? nothing : String(unread),
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
