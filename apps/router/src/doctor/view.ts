import type { CheckName, Diagnosis, DiagnosisRow, Direction } from '@signalbox/router';
import { renderTodoStep } from '../azure-setup/view/terminal.ts';
import { renderFailure } from '../view/failure.ts';
import { renderProblems } from '../view/problems.ts';
import { renderHeading } from '../view/heading.ts';
import { plural, wrap } from '../view/text.ts';
import type { Channel, Colors } from '../view/terminal.ts';
import { type Examination, type Examined, type Verdict, verdictOf } from './examine.ts';
import type { Todo } from './todo.ts';

export interface DoctorView {
  readonly channel: Channel;
  readonly redact: (text: string) => string;
  readonly verbose: boolean;
  readonly shownFile: string;
  readonly idWidth: number;
  readonly now: Date;
}

/** What each check is called in front of people. */
export const CHECK_TITLES: Readonly<Record<CheckName, string>> = {
  'reach': 'reach',
  'tls': 'TLS',
  'token': 'credential',
  'consent': 'consent',
  'permissions': 'permissions',
  'protocol': 'protocol allowed',
  'sign-in': 'sign-in',
  'mailbox': 'mailbox',
  'folder': 'folders',
  'send': 'may send',
};

/** The numbers of the to-do list that a row points to. */
export type Numbers = (direction: Direction, row: DiagnosisRow) => readonly number[];

export function renderExamination(examination: Examination, numbers: Numbers, view: DoctorView): string {
  const { routes: { mailbox }, receive, send } = examination;
  const { colors } = view.channel;
  const verdicts = [verdictOf(receive), verdictOf(send)];
  const worst = (['fail', 'warning', 'pass', 'off'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'off';
  const heading = renderHeading(mark(worst, colors), { id: mailbox.id, idWidth: view.idWidth, rest: [mailbox.address] }, view.channel);
  const told = new Set<string>();
  const part = (direction: Direction, examined: Examined): readonly string[] => renderDirection(direction, examined, { numbers: (row) => numbers(direction, row), told }, view);
  // Both directions of a broken mailbox have the same problems.
  const twice = receive.state === 'broken' && send.state === 'broken';
  return [heading, ...part('receive', receive), ...(twice ? [] : part('send', send))].join('\n');
}

interface Telling {
  readonly numbers: (row: DiagnosisRow) => readonly number[];
  /** What was said of the mailbox already: both directions of it often fail for one reason. */
  readonly told: Set<string>;
}

function renderDirection(direction: Direction, examined: Examined, { numbers, told }: Telling, view: DoctorView): readonly string[] {
  const { colors, width } = view.channel;
  if (examined.state === 'off') return [];
  if (examined.state === 'broken') return [renderProblems(examined.problems, view.shownFile, { colors, width: width - 2 }).replaceAll(/^(?=.)/gm, '  ')];
  const { diagnosis } = examined;
  const rows = diagnosis.rows.flatMap((row) => {
    const text = renderRow(row, numbers(row), diagnosis.mailbox, view).join('\n');
    if (text === '') return [];
    if (told.has(text)) return [`    ${colors.bold(CHECK_TITLES[row.check])}: as above`];
    told.add(text);
    return [text];
  });
  return [`  ${direction.padEnd(7)}  ${colors.dim(`${diagnosis.flow} · ${diagnosis.durationMs} ms`)}`, renderMarks(diagnosis, view), ...rows];
}

/** All checks at a glance, folded between them where the terminal is narrow. */
function renderMarks({ rows }: Diagnosis, { channel: { colors, width } }: DoctorView): string {
  // A space that wrapping does not break, taken back afterwards.
  const marks = rows.map(({ check, status }) => `${mark(status, colors)}\u00A0${status === 'skipped' ? colors.dim(unbroken(check)) : unbroken(check)}`).join(' ');
  return wrap(marks, width, '    ').replaceAll('\u00A0', ' ').replaceAll(/ +$/gm, '');
}

const unbroken = (check: CheckName): string => `${CHECK_TITLES[check].replaceAll(' ', '\u00A0')}\u00A0`;

function renderRow({ check, findings, deadlines, follows }: DiagnosisRow, numbers: readonly number[], mailbox: string, { channel, redact, verbose, now }: DoctorView): readonly string[] {
  const { colors, width } = channel;
  const title = colors.bold(CHECK_TITLES[check]);
  const told = findings.map(({ error }) => renderFailure(error, { channel, redact, indent: '      ', verbose }));
  const ending = deadlines.map(({ what, at, remedy }) => wrap(`${colors.yellow(`The ${ENDINGS[what]} ${endsIn(at, now)}.`)} ${remedy.text}`, width, '      '));
  if (told.length + ending.length === 0) return [];
  return [
    `    ${title}`,
    ...told,
    ...ending,
    ...(check === 'folder' ? [wrap(`"signalbox folders ${mailbox}" lists those that there are.`, width, '      ')] : []),
    ...(follows ? [wrap(`This most likely follows from "${CHECK_TITLES[follows]}": put that right first.`, width, '      ')] : []),
    ...(numbers.length > 0 && !follows ? [`      ${colors.cyan('To do')}: ${numbers.join(', ')} below`] : []),
  ];
}

const ENDINGS = { secret: 'client secret', certificate: 'certificate', idle: 'sign-in, when it is not used,', renewal: 'sign-in, by the rules of the organisation,' } as const;

function endsIn(at: Date, now: Date): string {
  const days = Math.floor((at.getTime() - now.getTime()) / 86_400_000);
  const date = at.toISOString().slice(0, 10);
  if (days < 0) return `ended on ${date}`;
  return `ends on ${date}, in ${plural(days, 'day')}`;
}

const mark = (verdict: Verdict | 'skipped', colors: Colors): string =>
  ({ pass: colors.green('✔'), warning: colors.yellow('!'), fail: colors.red('✘'), skipped: colors.dim('–'), off: colors.dim('–') })[verdict];

/** What administrators have to do, once for all mailboxes. */
export const renderTodos = (todos: readonly Todo[], channel: Channel): string =>
  [channel.colors.bold('To do'), ...todos.map((todo) => renderTodoStep(todo, `${todo.number}. `, named(todo.mailboxes), channel))].join('\n\n');

const SHOWN = 12;
const named = (ids: readonly string[]): string => (ids.length > SHOWN ? `${ids.slice(0, SHOWN).join(', ')} and ${ids.length - SHOWN} more` : ids.join(', '));
