import type { Channel } from '../../view/terminal.ts';
import { wrap } from '../../view/text.ts';
import { CLOUDS } from '../clouds.ts';
import type { SetupPlan } from '../plan.ts';
import type { Administrator, SetupStep } from '../step.ts';

export const WHO: Readonly<Record<Administrator, string>> = { entra: 'Entra administrator', exchange: 'Exchange administrator', operator: 'operator' };

export type Part = 'portal' | 'script';

/** The steps as numbered paragraphs; what is to be pasted is never broken. */
export function renderSteps(steps: readonly SetupStep[], parts: readonly Part[], channel: Pick<Channel, 'colors' | 'width'>): string {
  return steps.map((step, index) => renderStep(step, `${index + 1}. `, parts, channel)).join('\n\n');
}

function renderStep(step: SetupStep, number: string, parts: readonly Part[], { colors, width }: Pick<Channel, 'colors' | 'width'>): string {
  const indent = ' '.repeat(number.length);
  const block = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [`${indent}${colors.cyan(title)}`, ...lines.map((line) => `${indent}  ${line}`)]);
  const portal = parts.includes('portal') ? step.portal : [];
  const noPage = parts.includes('portal') && !parts.includes('script') && step.portal.length === 0 && step.script.length > 0;
  return [
    `${colors.bold(`${number}${step.title}`)} ${colors.dim(`(${WHO[step.who]})`)}`,
    wrap(step.why, width, indent),
    ...(portal.length > 0 ? [`${indent}${colors.cyan('Portal')}`, ...portal.map((line) => bullet(line, width, `${indent}  `))] : []),
    ...(parts.includes('script') || noPage ? block(noPage ? 'PowerShell (there is no page for it)' : 'PowerShell', step.script) : []),
    ...block('signalbox.yaml', step.configuration),
    ...block('Command', step.commands),
    ...step.sources.map(({ url }) => colors.dim(`${indent}${url}`)),
  ].join('\n');
}

/** One step on its own, for those it concerns. */
export const renderTodoStep = (step: SetupStep, number: string, whom: string, channel: Pick<Channel, 'colors' | 'width'>): string =>
  renderStep({ ...step, title: `${step.title}: ${whom}` }, number, ['portal', 'script'], channel);

const bullet = (text: string, width: number, indent: string): string => `${indent}· ${wrap(text, width, `${indent}  `).trimStart()}`;

/** What is set up, in one line. */
export function renderHeading(plan: SetupPlan, { colors }: Pick<Channel, 'colors'>): string {
  const flows = plan.uses.map(({ flow }) => flow).join(', ');
  const count = new Set(plan.uses.flatMap(({ receive = [], send = [] }) => [...receive, ...send])).size;
  const details = [plan.tenant ?? 'tenant not named yet', CLOUDS[plan.cloud].title, flows, ...(count > 0 ? [`${count} ${count === 1 ? 'mailbox' : 'mailboxes'}`] : [])];
  return `${colors.bold(plan.name ?? 'One application for Signalbox')} ${colors.dim(`· ${details.join(' · ')}`)}`;
}
