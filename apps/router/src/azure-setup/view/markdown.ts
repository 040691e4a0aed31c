import type { SetupPlan } from '../plan.ts';
import type { SetupStep } from '../step.ts';
import { renderHeading, WHO } from './terminal.ts';

const PLAIN = { colors: { bold: String, dim: String } as never };

/** The steps as a document to hand on. */
export const renderMarkdown = (plan: SetupPlan, steps: readonly SetupStep[]): string => [`# ${renderHeading(plan, PLAIN)}`, ...steps.map(section)].join('\n\n');

function section(step: SetupStep, index: number): string {
  return [
    `## ${index + 1}. ${step.title}`,
    `*${WHO[step.who]}.* ${prose(step.why)}`,
    ...(step.portal.length > 0 ? [step.portal.map((line) => `- ${prose(line)}`).join('\n')] : []),
    ...fenced('powershell', step.script),
    ...fenced('yaml', step.configuration),
    ...fenced('sh', step.commands),
    `Source: ${step.sources.map(({ title, url }) => `[${title}](${url})`).join(', ')}`,
  ].join('\n\n');
}

/** A placeholder such as `<application id>` would be taken for HTML. */
const prose = (text: string): string => text.replaceAll('<', String.raw`\<`);

const fenced = (language: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [['```' + language, ...lines, '```'].join('\n')]);
