import { type ConfigPath, type ConfigPositions, formatPath, type Position } from './positions.ts';
import type { ConfigProblem } from './problem.ts';

/** Gathers problems, so that one reading of the file finds them all. */
export interface ProblemCollector {
  /** In the order of the file, each once. */
  readonly problems: readonly ConfigProblem[];
  error(path: ConfigPath, message: string, remedy: string): void;
  warning(path: ConfigPath, message: string, remedy: string): void;
}

export function createCollector(positions: ConfigPositions): ProblemCollector {
  const found = new Map<string, ConfigProblem & Position>();
  const add = (severity: ConfigProblem['severity'], path: ConfigPath, message: string, remedy: string): void => {
    const problem = { path: formatPath(path), message, remedy, ...positions.at(path), severity };
    found.set(`${problem.path}\n${message}`, problem);
  };
  return {
    get problems() {
      return [...found.values()].sort((a, b) => a.line - b.line || a.column - b.column);
    },
    error: (path, message, remedy) => add('error', path, message, remedy),
    warning: (path, message, remedy) => add('warning', path, message, remedy),
  };
}
