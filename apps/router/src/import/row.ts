import { secret, type Secret } from '@signalbox/core';

/** What an import knows of a mailbox, whatever it was read from. */
export interface ImportRow {
  /** From 1, in the file; for a list in JSON, which of it. */
  readonly line: number;
  readonly values: Readonly<Partial<Record<Column, string>>>;
  /** Apart from the rest, so that nothing that prints a row prints them. */
  readonly secrets: { readonly refreshToken?: Secret; readonly password?: Secret };
}

/** The columns of the neutral format, and the settings of a mailbox that they become. */
export const COLUMNS = {
  id: ['id'],
  address: ['address'],
  flow: ['flow'],
  receive: ['receive'],
  send: ['send'],
  tenant: ['tenant'],
  endpoint: ['endpoint'],
  username: ['username'],
  account: ['auth', 'entra', 'account'],
  imapHost: ['servers', 'imap', 'host'],
  imapPort: ['servers', 'imap', 'port'],
  imapTls: ['servers', 'imap', 'tls'],
  smtpHost: ['servers', 'smtp', 'host'],
  smtpPort: ['servers', 'smtp', 'port'],
  smtpTls: ['servers', 'smtp', 'tls'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Column = keyof typeof COLUMNS;
export const SECRET_COLUMNS = ['refreshToken', 'password'] as const;
export type SecretColumn = (typeof SECRET_COLUMNS)[number];

export const ALL_COLUMNS: readonly string[] = [...Object.keys(COLUMNS), ...SECRET_COLUMNS];

/** Why a row cannot be imported: free of secrets. */
export interface RowProblem {
  readonly line: number;
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

/** Ends an import, with everything that is wrong. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly problems: readonly RowProblem[];

  constructor(problems: readonly RowProblem[]) {
    super(`${problems.length} of the rows cannot be imported.`);
    this.problems = problems;
  }
}

const NUMBERS: ReadonlySet<string> = new Set(['imapPort', 'smtpPort', 'endpoint']);

/** From a record of texts by column; empty ones are absent. `extra` is what no column is called. */
export function toRow(record: Readonly<Record<string, unknown>>, line: number): { readonly row: ImportRow; readonly problems: readonly RowProblem[] } {
  const values: Partial<Record<Column, string>> = {};
  const secrets: { refreshToken?: Secret; password?: Secret } = {};
  const problems: RowProblem[] = [];
  for (const [name, value] of Object.entries(record)) {
    if (value === null || value === undefined || value === '') continue;
    const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : undefined;
    if (text === undefined) problems.push({ line, field: name, message: 'Expected a text or a number.', remedy: 'Write one value, or leave it out.' });
    else if (name === 'refreshToken' || name === 'password') secrets[name] = secret(text);
    else if (Object.hasOwn(COLUMNS, name)) values[name as Column] = text;
    else problems.push({ line, field: name, message: 'There is no such column.', remedy: `Use some of ${ALL_COLUMNS.join(', ')}; leave out what else there is.` });
  }
  return { row: { line, values: withId(values), secrets }, problems };
}

/** A name of another program as an id of ours. */
export const toId = (name: string): string => name.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '');

/** Who gives none gets the name before the @. */
function withId(values: ImportRow['values']): ImportRow['values'] {
  const { id = values.address && toId(values.address.split('@')[0] ?? '') } = values;
  return { ...values, ...(id !== undefined && { id }) };
}

/** The mailbox as it is to stand in the configuration, without its password. */
export function toMailbox({ values }: ImportRow): Readonly<Record<string, unknown>> & { readonly id: string } {
  const tree: Record<string, unknown> = {};
  for (const [column, path] of Object.entries(COLUMNS)) {
    const value = values[column as Column];
    if (value !== undefined) put(tree, path, NUMBERS.has(column) && /^\d+$/.test(value) ? Number(value) : value);
  }
  return { ...tree, id: values.id ?? '' };
}

function put(tree: Record<string, unknown>, [step, ...rest]: readonly string[], value: unknown): void {
  if (step === undefined) return;
  if (rest.length === 0) tree[step] = value;
  else put((tree[step] ??= {}) as Record<string, unknown>, rest, value);
}

/** The column that a setting of a mailbox was read from: `mailboxes[3].servers.imap.port` is `imapPort`. */
export function columnOf(path: string): string {
  const [, setting = ''] = /^mailboxes\[\d+\]\.?(.*)$/.exec(path) ?? [];
  const found = Object.entries(COLUMNS).find(([, steps]) => steps.join('.') === setting);
  return found?.[0] ?? (setting === '' ? 'row' : setting);
}
