import { relative } from 'node:path';
import type { ConfigProblem } from '@signalbox/router';
import { printable, wrap } from './text.ts';
import type { Channel } from './terminal.ts';

/** A path as short as it stays clear: relative where it lies below the working directory. */
export function shortPath(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return short === '' || short.startsWith('..') ? file : short;
}

/** One paragraph per problem: place and path, what is wrong, how to put it right. */
export const renderProblems = (problems: readonly ConfigProblem[], file: string, channel: Pick<Channel, 'colors' | 'width'>): string =>
  problems.map((problem) => renderProblem(problem, file, channel)).join('\n\n');

function renderProblem(problem: ConfigProblem, file: string, { colors, width }: Pick<Channel, 'colors' | 'width'>): string {
  const { line, column = 1, path, message, remedy, severity } = problem;
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const mark = severity === 'error' ? colors.red('✘') : colors.yellow('!');
  return [
    `${mark} ${colors.bold(place)}  ${colors.dim(path)}`,
    wrap(printable(message), width, '  '),
    wrap(`${colors.cyan('Fix')}: ${remedy}`, width, '  '),
  ].join('\n');
}
