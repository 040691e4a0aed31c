import { dirname, join, relative, resolve } from 'node:path';
import type { Secret } from '@signalbox/core';
import type { WrittenMailbox } from '@signalbox/router';
import { type ImportRow, type RowProblem, toMailbox } from './row.ts';

export interface PrepareOptions {
  /** The configuration. */
  readonly file: string;
  readonly cwd: string;
  readonly flow?: string;
  readonly since?: Date;
  readonly secrets?: string;
}

export interface Prepared {
  readonly mailboxes: readonly WrittenMailbox[];
  /** Passwords by the file they are to be put into. */
  readonly files: ReadonlyMap<string, Secret>;
  readonly problems: readonly RowProblem[];
}

const REFERENCE = /^\$\{(?:env|file):[^}]+\}$/;

/** What is to stand in the configuration, and beside it. */
export function prepareRows(rows: readonly ImportRow[], options: PrepareOptions): Prepared {
  const files = new Map<string, Secret>();
  const problems: RowProblem[] = [...sameTwice(rows)];
  const mailboxes = rows.map((row): WrittenMailbox => {
    if (row.values.address === undefined) problems.push({ line: row.line, field: 'address', message: 'The address is missing.', remedy: 'Every row needs one.' });
    const { flow, receive, send } = row.values;
    const named = flow ?? receive ?? send;
    return {
      ...toMailbox(row),
      ...(named === undefined && options.flow !== undefined && { flow: options.flow }),
      ...(options.since && { backlog: { since: options.since.toISOString() } }),
      ...passwordOf(row, options, files, problems),
    };
  });
  return { mailboxes, files, problems };
}

/** Passwords stand in the configuration as references alone. */
function passwordOf({ line, values: { id = '' }, secrets: { password } }: ImportRow, { file, cwd, secrets }: PrepareOptions, files: Map<string, Secret>, problems: RowProblem[]): { readonly password?: string } {
  if (!password) return {};
  if (REFERENCE.test(password.reveal())) return { password: password.reveal() };
  if (secrets === undefined) {
    problems.push({ line, field: 'password', message: 'It would stand in the configuration in clear text.', remedy: 'Name a directory for passwords with --secrets, or write a reference such as ${env:NAME}.' });
    return {};
  }
  const path = join(resolve(cwd, secrets), id);
  files.set(path, password);
  const below = relative(dirname(file), path);
  return { password: `\${file:${below.startsWith('..') ? path : below}}` };
}

function sameTwice(rows: readonly ImportRow[]): readonly RowProblem[] {
  const problems: RowProblem[] = [];
  for (const field of ['id', 'address'] as const) {
    const seen = new Map<string, number>();
    for (const { line, values } of rows) {
      const value = values[field]?.toLowerCase();
      if (value === undefined) continue;
      const first = seen.get(value);
      if (first === undefined) seen.set(value, line);
      else problems.push({ line, field, message: `It is that of line ${first} too.`, remedy: field === 'id' ? 'Give each mailbox an id of its own.' : 'Import each mailbox once.' });
    }
  }
  return problems;
}
