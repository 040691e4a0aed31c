import { type Channel, clip, column, printable } from 'signalbox';
import type { Score } from './tally.ts';

/** One mail on its way, in or out. */
export interface MailEvent {
  readonly direction: 'in' | 'out';
  readonly mailbox: string;
  /** Transport and credential: `imap · bearer`. */
  readonly route: string;
  readonly subject: string;
  readonly milliseconds: number;
}

const WIDTHS = { time: 8, mailbox: 7, route: 19, latency: 7 };
const GAPS = 4 * 2;

export function renderIntro(file: string, { colors }: Channel): string {
  return [
    `${colors.bold('Signalbox')} routes every mailbox to its own mail transport and credentials.`,
    'Here are four mailboxes, each by another route: three of a simulated',
    'Microsoft 365 tenant in this process, and one in memory.',
    colors.dim(`Ctrl-C ends it. Configuration: ${file}`),
  ].join('\n');
}

export function renderHeading(channel: Channel): string {
  const { colors } = channel;
  const heading = row(['Time', 'Mailbox', 'Route', 'Subject', 'Latency'], channel);
  return `${colors.bold(heading)}\n${colors.dim('─'.repeat(Math.min(channel.width, heading.length)))}`;
}

export function renderMail({ direction, mailbox, route, subject, milliseconds }: MailEvent, at: Date, channel: Channel): string {
  const { colors } = channel;
  const latency = milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
  const line = row([at.toTimeString().slice(0, 8), mailbox, `${direction === 'in' ? '←' : '→'} ${route}`, printable(subject), latency], channel);
  return direction === 'in' ? line : colors.green(line);
}

function row([time, mailbox, route, subject, latency]: readonly [string, string, string, string, string], { width }: Channel): string {
  const room = Math.min(60, width - WIDTHS.time - WIDTHS.mailbox - WIDTHS.route - WIDTHS.latency - GAPS);
  return [column(time, WIDTHS.time), column(mailbox, WIDTHS.mailbox), column(route, WIDTHS.route), column(clip(subject, room), room), latency.padStart(WIDTHS.latency)].join('  ');
}

export function renderSummary(scores: readonly Score[], replies: number, { colors }: Channel): string {
  const lines = scores.map(({ mailbox, delivered, received, medianLatency }) => {
    const mark = received > 0 ? colors.green('✔') : delivered > 0 ? colors.red('✘') : colors.dim('–');
    const latency = medianLatency === undefined ? '' : colors.dim(`, median latency ${medianLatency.toFixed(1)} ms`);
    return `${mark} ${column(mailbox, WIDTHS.mailbox)}  ${received} of ${delivered} delivered mails arrived${latency}`;
  });
  return [...lines, `${colors.green('✔')} ${column('replies', WIDTHS.mailbox)}  ${replies} sent`].join('\n');
}
