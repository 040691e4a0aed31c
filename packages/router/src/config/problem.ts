import { MailError } from '@signalbox/core';

/** One thing that is wrong, or doubtful, in the configuration. Free of secrets. */
export interface ConfigProblem {
  /** Where, as a person would write it: `mailboxes[2].servers.imap.port`; `(file)` for what concerns the file as a whole. */
  readonly path: string;
  /** What was found and what is expected. */
  readonly message: string;
  /** One imperative sentence. */
  readonly remedy: string;
  /** From 1. Absent for what stands in no file, such as a preset of the application. */
  readonly line?: number;
  /** From 1, in characters. */
  readonly column?: number;
  readonly severity: 'error' | 'warning';
}

/** `config.invalid` with everything that was found at once, so that one look at the file repairs it. */
export class ConfigError extends MailError {
  override readonly name = 'ConfigError';
  readonly file: string;
  /** Never empty; in the order of the file. */
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    super('config.invalid', describeProblems(file, problems), {
      remedy: { who: 'operator', action: 'fix-config', text: problems[0]?.remedy ?? 'Correct the configuration.' },
    });
    this.file = file;
    this.problems = problems;
  }
}

/** Narrows to `ConfigError` across copies of this package. */
export const isConfigError = (error: unknown): error is ConfigError =>
  error instanceof Error && 'code' in error && error.code === 'config.invalid' && 'problems' in error && 'file' in error;

const LISTED = 20;

function describeProblems(file: string, problems: readonly ConfigProblem[]): string {
  const lines = problems.slice(0, LISTED).map((problem) => `${file}${position(problem)} ${problem.path}: ${problem.message}`);
  const rest = problems.length - lines.length;
  return [...lines, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
}

const position = ({ line, column }: ConfigProblem): string => (line === undefined ? '' : `:${line}:${column ?? 1}`);
