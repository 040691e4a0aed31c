import { type DeployedChange, type DeployedMailbox, type DeployedSide, type DeploymentPlan, flowText, type PlannedMailbox, serverText } from '@signalbox/router';
import { type Cell, renderTable, type Styled } from './table.ts';
import type { Channel, Colors } from './terminal.ts';
import { plural, wrap } from './text.ts';

type Screen = Pick<Channel, 'colors' | 'width'>;

/** What an apply would do, a line for each change, then why it cannot where it cannot. */
export function renderPlan({ mailboxes, shared, refusals }: DeploymentPlan, screen: Screen): string {
  const { colors } = screen;
  const rows = [...mailboxes.flatMap((each) => rowsOf(each, colors)), ...shared.map((change, index) => row(colors.yellow, index === 0 ? '~' : '', index === 0 ? '(all mailboxes)' : '', changeText(change)))];
  const table = rows.length === 0 ? [] : [renderTable([{ head: '', fixed: true }, { head: 'Mailbox' }, { head: 'What' }, { head: 'Now' }, { head: 'Then' }], rows, screen)];
  const notes = mailboxes.flatMap((each) => each.notes.map((note) => wrap(`${colors.yellow('!')} ${colors.bold(idOf(each))}: ${note}`, screen.width)));
  const refused = refusals.map(({ mailbox, message, remedy }) => [`${colors.red('✘')} ${colors.bold(mailbox)}`, wrap(message, screen.width, '  '), wrap(`${colors.cyan('Fix')}: ${remedy}`, screen.width, '  ')].join('\n'));
  return [...table, ...(notes.length > 0 ? [notes.join('\n')] : []), ...refused].join('\n\n');
}

const idOf = (each: PlannedMailbox): string => (each.kind === 'removed' ? each.before.id : each.after.id);

interface Told {
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}

function rowsOf(each: PlannedMailbox, colors: Colors): readonly (readonly Cell[])[] {
  if (each.kind === 'added') return [addedRow(each.after, colors)];
  if (each.kind === 'removed') return [row(colors.red, '-', each.before.id, { what: 'removed', before: each.before.address })];
  return each.changes.map((change, index) => row(colors.yellow, index === 0 ? '~' : '', index === 0 ? each.after.id : '', changeText(change)));
}

function addedRow({ id, address, receive, send }: DeployedMailbox, colors: Colors): readonly Cell[] {
  const sides: readonly Styled[] = [{ text: address }, ...sideLine('receives by', receive, colors), ...sideLine('sends by', send, colors)];
  return [{ text: '+', style: colors.green }, { text: id, style: colors.bold }, 'added', '', sides];
}

const sideLine = (verb: string, side: DeployedSide | undefined, colors: Colors): readonly Styled[] => {
  if (!side) return [];
  const server = serverText(side);
  const by = side.transport === undefined ? flowText(side) : side.flow;
  return [{ text: `${verb} ${by}${server === undefined ? '' : ` at ${server}`}`, style: colors.dim }];
};

const row = (color: (text: string) => string, mark: string, id: string, { what, before, after }: Told): readonly Cell[] => [
  { text: mark, style: color },
  id,
  what,
  before ?? '–',
  after ?? '–',
];

const DIRECTION = { receive: 'receiving', send: 'sending' } as const;

function changeText(change: DeployedChange): Told {
  const { before, after } = change;
  const values = { ...(before !== undefined && { before: String(before) }), ...(after !== undefined && { after: String(after) }) };
  if (change.what === 'address') return { what: 'address', ...values };
  if (change.what === 'setting') return { what: change.path, ...(before === undefined && after === undefined ? { before: '(not shown)', after: '(another)' } : values) };
  return { what: `${change.what} ${DIRECTION[change.direction]}`, ...values };
}

/** In a few words. */
export function planSummary({ mailboxes, shared, unchanged, refusals, base }: DeploymentPlan, summary: string): string {
  const since = base === 0 ? 'Nothing is deployed yet' : `Revision ${base} is deployed`;
  if (refusals.length > 0) return `${since}. ${plural(refusals.length, 'change')} cannot be applied.`;
  if (mailboxes.length === 0 && shared.length === 0) return `${since}; there is nothing to change.`;
  return `${since}. To change: ${summary}; ${plural(unchanged, 'mailbox stays', 'mailboxes stay')} as ${unchanged === 1 ? 'it is' : 'they are'}.`;
}
