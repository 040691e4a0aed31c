import { createCollector } from './collector.ts';
import { completeConfig } from './complete-config.ts';
import type { Config } from './config.ts';
import { ConfigError } from './problem.ts';
import { createRedactor } from './redactor.ts';
import { resolveReferences } from './references.ts';
import { checkRules } from './rules.ts';
import { reportIssue } from './schema-issues.ts';
import { configSchema } from './schema.ts';
import { parseText, positionsWhenAsked } from './yaml-text.ts';

/** Everything that loading may use of the world outside. */
export interface ConfigSource {
  /** Path of the file, for messages and for resolving relative paths. */
  readonly file: string;
  readonly text: string;
  /** For `${env:NAME}`, HTTPS_PROXY and NO_PROXY. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with absolute paths, for `${file:path}` and certificates. */
  readonly readFile: (path: string) => Promise<string>;
}

/** Throws `ConfigError` with all problems found, each with path, line and column. */
export async function loadConfig(source: ConfigSource): Promise<Config> {
  const parsed = parseText(source.text);
  if ('problems' in parsed) throw new ConfigError(source.file, parsed.problems);
  const report = createCollector(parsed.positions);
  const redactor = createRedactor();
  const resolved = await resolveReferences(parsed.value, { source, report, redactor });
  const checked = configSchema.safeParse(resolved);
  for (const issue of checked.error?.issues ?? []) reportIssue(issue, { written: parsed.value, resolved, report });
  checkRules(resolved, report);
  const config = checked.data && completeConfig({ data: checked.data, source, report, redactor, positions: positionsWhenAsked(source.text, parsed.positions) });
  const errors = report.problems.filter((problem) => problem.severity === 'error');
  if (!config || errors.length > 0) throw new ConfigError(source.file, errors);
  return { ...config, warnings: report.problems };
}
