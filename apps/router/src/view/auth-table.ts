import type { AuthDeadline, AuthStatus, Remedy } from '@signalbox/core';
import type { Direction, MailboxRoutes } from '@signalbox/router';
import type { MailboxAuth } from '../session/mailbox-auths.ts';
import { commandLine, failureJson, type FailureView, type Redact, remedyLines, renderFailure } from './failure.ts';
import { daysUntil, timeUntil } from './time-until.ts';
import { type Cell, renderTable, ROOMY, type Styled } from './table.ts';
import type { Channel, Colors } from './terminal.ts';
import { printable } from './text.ts';

export interface AuthRow extends MailboxAuth {
  /** Absent where there is nothing to sign in to. */
  readonly status?: AuthStatus;
}

export interface MailboxAuthReport {
  readonly routes: MailboxRoutes;
  readonly rows: readonly AuthRow[];
  /** A direction that is wanted has no route. */
  readonly broken: boolean;
  /** What kept the status from being known. */
  readonly error?: unknown;
}

type Screen = Pick<Channel, 'colors' | 'width'>;

const DOES: Readonly<Record<Direction, string>> = { receive: 'receiving', send: 'sending' };

export const directionsText = (directions: readonly Direction[]): string => directions.map((direction) => DOES[direction]).join(' and ');

/** Nobody reads a warning about something that is half a year away. */
const SOON_DAYS = 30;

const ENDS: Readonly<Record<AuthDeadline['what'], string>> = { secret: 'client secret ends', certificate: 'certificate ends', idle: 'ends when unused', renewal: 'has to be renewed' };

/** One row for each sign-in: a mailbox that receives and sends by different ones has two. */
export function renderAuthTable(reports: readonly MailboxAuthReport[], now: Date, screen: Screen): string {
  const { colors, width } = screen;
  const roomy = width >= ROOMY;
  const join = (state: Styled, account: Styled, end: Styled): readonly Cell[] => (roomy ? [state, account, end] : [[state, account, end].filter(({ text }) => text !== '')]);
  const rows = reports.flatMap((report) => {
    const name = nameCell(report, colors);
    const unknown = { text: report.error === undefined ? '✘ broken' : '✘ not known', style: colors.red };
    if (report.rows.length === 0) return [[name, '', ...join(unknown, { text: '' }, { text: '' })]];
    return report.rows.map((row, index) => [index === 0 ? name : '', flowCell(row, colors), ...join(stateCell(row, colors), accountCell(row), endCell(row, now, colors))]);
  });
  return renderTable([{ head: 'Mailbox' }, { head: 'Flow' }, { head: 'State', fixed: roomy }, ...(roomy ? [{ head: 'Account' }, { head: 'Ends' }] : [])], rows, screen);
}

const nameCell = ({ routes: { mailbox } }: MailboxAuthReport, colors: Colors): readonly Styled[] => [{ text: mailbox.id, style: colors.bold }, { text: mailbox.address, style: colors.dim }];

const flowCell = ({ flows, directions }: AuthRow, colors: Colors): readonly Styled[] => [{ text: [...new Set(flows)].join(', '), style: colors.cyan }, { text: directionsText(directions), style: colors.dim }];

function stateCell({ status }: AuthRow, colors: Colors): Styled {
  switch (status?.state) {
    case undefined:
      return { text: '– needs none', style: colors.dim };
    case 'ready':
      return { text: '✔ ready', style: colors.green };
    case 'action-required':
      return { text: '✘ action required', style: colors.red };
    case 'unavailable':
      return { text: '! unavailable', style: colors.yellow };
  }
}

const accountCell = ({ status }: AuthRow): Styled => ({ text: printable(status?.account ?? '') });

function endCell({ status }: AuthRow, now: Date, colors: Colors): Styled {
  const [nearest] = status?.deadlines ?? [];
  if (!nearest) return status?.state === 'ready' && status.expiresAt ? { text: timeUntil(status.expiresAt, now) } : { text: '' };
  const soon = daysUntil(nearest.at, now) <= SOON_DAYS;
  return { text: `${ENDS[nearest.what]} ${timeUntil(nearest.at, now)}`, ...(soon && { style: colors.yellow }) };
}

export interface AdviceView extends FailureView {
  readonly now: Date;
}

/** Who has to do what: for what does not work, and for what will end soon. */
export function renderAdvice(reports: readonly MailboxAuthReport[], view: AdviceView): string {
  return reports
    .flatMap(({ routes: { mailbox }, rows, error }) => {
      const paragraphs = [...(error === undefined ? [] : [renderFailure(error, { ...view, indent: '  ' })]), ...rows.flatMap((row) => adviceOf(row, view))];
      return paragraphs.length > 0 ? [[view.channel.colors.bold(mailbox.id), ...paragraphs].join('\n')] : [];
    })
    .join('\n\n');
}

function adviceOf({ status, directions, provider, mailbox }: AuthRow, view: AdviceView): readonly string[] {
  const { channel, now } = view;
  const { colors } = channel;
  if (!status) return [];
  const help = (remedy: Remedy): readonly string[] => {
    const command = remedy.action === 'sign-in-again' && provider?.login ? [commandLine(`signalbox auth sign-in ${mailbox.id}`, channel)] : [];
    return [...remedyLines(remedy, channel, '  '), ...command];
  };
  const soon = (status.deadlines ?? []).filter(({ at }) => daysUntil(at, now) <= SOON_DAYS);
  return [
    ...(status.state === 'action-required' ? [`  ${colors.red(`Cannot sign in for ${directionsText(directions)}.`)}`, ...help(status.remedy)] : []),
    ...(status.state === 'unavailable' ? [renderFailure(status.error, { ...view, indent: '  ' })] : []),
    ...(status.state === 'action-required' ? [] : soon.flatMap(({ what, at, remedy }) => [`  ${colors.yellow(`The sign-in for ${directionsText(directions)}: ${ENDS[what]} ${timeUntil(at, now)}.`)}`, ...help(remedy)])),
  ];
}

/** As `--json` prints it. */
export const statusJson = ({ directions, flows, plugin, status }: AuthRow, redact: Redact, now: Date): unknown => ({
  directions,
  flows,
  auth: plugin ?? null,
  state: status?.state ?? 'none',
  ...(status?.account !== undefined && { account: status.account }),
  ...(status?.signedInAt && { signedInAt: status.signedInAt }),
  ...(status?.renewedAt && { renewedAt: status.renewedAt }),
  ...(status?.state === 'ready' && status.expiresAt && { expiresAt: status.expiresAt }),
  ...(status?.deadlines && { deadlines: status.deadlines.map((deadline) => ({ ...deadline, daysLeft: daysUntil(deadline.at, now) })) }),
  ...(status?.state === 'action-required' && { remedy: status.remedy }),
  ...(status?.state === 'unavailable' && { error: failureJson(status.error, redact) }),
});
