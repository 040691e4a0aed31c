import { readPlan, type SwitchCheck, type WrittenFlows } from '@signalbox/router';
import type { JournalStep, SwitchRecord } from '@signalbox/store';
import { renderTable } from './table.ts';
import type { Channel, Colors } from './terminal.ts';
import { printable, wrap } from './text.ts';

type Screen = Pick<Channel, 'colors' | 'width'>;

const flowsText = ({ receive, send }: WrittenFlows): string => (receive === send || send === undefined ? (receive ?? '–') : receive === undefined ? send : `${receive} / ${send}`);

/** What was tried, then why it cannot be switched where it cannot. */
export function renderCheck({ mailbox, from, to, door, diagnoses, folders, refusals }: SwitchCheck, screen: Screen): string {
  const { colors, width } = screen;
  const mark = (passes: boolean): string => (passes ? colors.green('✔') : colors.red('✘'));
  const tried = diagnoses.map(({ direction, rows }) => `${mark(!rows.some(({ status }) => status === 'fail'))} ${direction === 'receive' ? 'Receiving' : 'Sending'} by the new flow: ${rows.map(({ check, status }) => (status === 'pass' ? check : `${check} (${status})`)).join(', ')}`);
  const compared = folders.map(
    ({ folder, position, agreed, unknown, contradicted }) =>
      `${mark(position !== 'lost' && contradicted === 0)} ${folder}: ${position === 'none' ? 'not read yet' : position === 'holds' ? 'the position holds' : 'the position is lost'}; of the ${agreed + unknown + contradicted} newest messages ${agreed} are the ones that were recorded${unknown > 0 ? `, ${unknown} came since` : ''}`,
  );
  const same = door === 'same' ? ['It is the same door: positions are carried over, and no message is matched by what it says.'] : [];
  const refused = refusals.map(({ message, remedy }) => ['', wrap(`${colors.red('✘')} ${message}`, width, '  '), wrap(`  ${colors.cyan('Fix')}: ${remedy}`, width, '  ')].join('\n'));
  const head = `${colors.bold(mailbox)}: ${flowsText(from)} → ${flowsText(to)}`;
  return [head, ...[...tried, ...compared, ...same].map((line) => wrap(line, width, '  ')), ...refused].join('\n');
}

const STYLES = { planned: 'yellow', checked: 'yellow', soaking: 'cyan', completed: 'green', 'rolled-back': 'red', cancelled: 'dim' } as const satisfies Record<SwitchRecord['state'], keyof Colors>;

const at = (date: Date): string => `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

export function renderSwitches(records: readonly SwitchRecord[], screen: Screen): string {
  const rows = records.map(({ mailbox, state, plan, who, revision, updatedAt }) => {
    const { from, to } = readPlan(plan);
    return [{ text: mailbox, style: screen.colors.bold }, { text: state, style: screen.colors[STYLES[state]] }, `${flowsText(from)} → ${flowsText(to)}`, revision === undefined ? '–' : String(revision), at(updatedAt), printable(who)];
  });
  return renderTable([{ head: 'Mailbox' }, { head: 'State', fixed: true }, { head: 'Flow' }, { head: 'Revision', align: 'right' }, { head: 'Since' }, { head: 'By' }], rows, screen);
}

/** One switch with all of its steps. */
export function renderSteps({ mailbox, state, plan, who, soakUntil }: SwitchRecord, steps: readonly JournalStep[], { colors, width }: Screen): string {
  const { from, to } = readPlan(plan);
  const head = `${colors.bold(mailbox)}: ${flowsText(from)} → ${flowsText(to)}, ${colors[STYLES[state]](state)}${state === 'soaking' && soakUntil ? ` until ${at(soakUntil)}` : ''}, by ${printable(who)}`;
  return [head, ...steps.map((step) => wrap(`  ${at(step.at)}  ${step.what}${detailText(step)}`, width, '    '))].join('\n');
}

function detailText({ what, detail = {} }: JournalStep): string {
  const { revision, why } = detail;
  const parts = [...(typeof revision === 'number' ? [`revision ${revision}`] : []), ...(typeof why === 'string' ? [printable(why)] : []), ...(what === 'checked' && detail['door'] === 'same' ? ['same door'] : [])];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

export function switchJson({ plan, ...record }: SwitchRecord) {
  const { from, to } = readPlan(plan);
  return { ...record, from, to };
}

export const stepJson = ({ step, what, at, detail }: JournalStep) => ({ step, what, at, ...(detail && { detail }) });
