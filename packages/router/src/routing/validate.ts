import type { Plugin, SchemaIssue } from '@signalbox/core';
import type { ProblemCollector } from '../config/collector.ts';
import { type ConfigPath, formatPath } from '../config/positions.ts';
import type { Layered } from './layers.ts';

export interface Validation {
  readonly plugin: Plugin;
  readonly layered: Layered;
  readonly report: ProblemCollector;
  readonly redact: (text: string) => string;
}

/** The settings as the plugin's own schema hands them out. Absent when it refuses them, which is then reported. */
export async function validate({ plugin, layered, report, redact }: Validation): Promise<{ readonly config: unknown } | undefined> {
  const title = `${plugin.kind} plugin "${plugin.name}"`;
  try {
    const result = await plugin.config['~standard'].validate(layered.values);
    if (!result.issues) return { config: result.value };
    for (const issue of result.issues) {
      for (const { path, message, remedy } of explainIssue(issue, layered, title)) report.error(path, redact(message), remedy);
    }
  } catch {
    // What it threw is not shown: it may quote the settings.
    report.error(layered.pathOf([]), `The ${title} failed to check its settings.`, `Report this to the author of the ${title}.`);
  }
  return undefined;
}

interface ExplainedIssue {
  readonly path: ConfigPath;
  readonly message: string;
  readonly remedy: string;
}

function explainIssue(issue: SchemaIssue, layered: Layered, title: string): readonly ExplainedIssue[] {
  const setting = (issue.path ?? []).map((step) => (typeof step === 'object' ? step.key : step));
  // Standard Schema has no word for unknown settings; zod's issues name them beside the standard fields.
  const unknown = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys.filter((key) => typeof key === 'string') : [];
  if (unknown.length > 0) {
    return unknown.map((key) => ({
      path: layered.pathOf([...setting, key]),
      message: `The ${title} has no setting "${key}".`,
      remedy: 'Remove it, or correct its name.',
    }));
  }
  const path = layered.pathOf(setting);
  const verb = isGiven(layered.values, setting) ? 'Correct' : 'Add';
  return [{ path, message: `The ${title} refuses its settings: ${issue.message}`, remedy: `${verb} ${formatPath(path)}, as the plugin describes it.` }];
}

function isGiven(values: unknown, setting: readonly PropertyKey[]): boolean {
  let value = values;
  for (const step of setting) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return true;
}
