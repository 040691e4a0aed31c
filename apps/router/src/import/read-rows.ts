import { type FileHandle, open } from 'node:fs/promises';
import { type CsvError, parse } from 'csv-parse';
import { UsageError } from '../usage-error.ts';
import { fromEmailEngine } from './email-engine.ts';
import { ALL_COLUMNS, type ImportRow, type RowProblem, toRow } from './row.ts';

export type ImportFormat = 'csv' | 'json' | 'emailengine';

export interface ReadRows {
  readonly rows: readonly ImportRow[];
  readonly problems: readonly RowProblem[];
}

/** `.csv` is CSV; everything else JSON. */
export const formatOf = (file: string): ImportFormat => (/\.csv$/i.test(file) ? 'csv' : 'json');

/** Reads all rows, and says of each bad one what is wrong with it. Rows are read as they come; only a list in JSON is held whole. */
export async function readRows(file: string, format: ImportFormat): Promise<ReadRows> {
  const rows: ImportRow[] = [];
  const problems: RowProblem[] = [];
  const take = (record: Readonly<Record<string, unknown>>, line: number): void => {
    const translated = format === 'emailengine' ? fromEmailEngine(record, line) : { record, problems: [] };
    const read = toRow(translated.record, line);
    rows.push(read.row);
    problems.push(...translated.problems, ...read.problems);
  };
  try {
    await using handle = await open(file);
    await (format === 'csv' ? readCsv(handle, take, problems) : readJson(handle, take, problems));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    throw new UsageError(`The file ${file} cannot be read (${code}).`, 'Name a file that the old adapter was exported to.');
  }
  return { rows, problems };
}

type Take = (record: Readonly<Record<string, unknown>>, line: number) => void;

/** RFC 4180, with names of columns in the first line. */
async function readCsv(file: FileHandle, take: Take, problems: RowProblem[]): Promise<void> {
  const known = new Map(ALL_COLUMNS.map((name) => [name.toLowerCase(), name]));
  const parser = parse({ bom: true, columns: (names: readonly string[]) => names.map((name) => known.get(name.trim().toLowerCase()) ?? name.trim()), info: true, skip_empty_lines: true, trim: true, comment: '#', comment_no_infix: true });
  file.createReadStream({ autoClose: false }).on('error', (error) => parser.destroy(error)).pipe(parser);
  try {
    for await (const { info, record } of parser as AsyncIterable<{ readonly info: { readonly lines: number }; readonly record: Readonly<Record<string, string>> }>) take(record, info.lines);
  } catch (error) {
    const { code, lines } = error as Partial<CsvError> & { readonly lines?: number };
    if (typeof code !== 'string' || !code.startsWith('CSV_')) throw error;
    // Its message may repeat the row.
    problems.push({ line: lines ?? 1, field: 'row', message: `It is no CSV (${code}).`, remedy: 'Give every row as many fields as the first one, and put quotes around a field with commas or quotes in it (RFC 4180).' });
  }
}

/** A list, or one object in a line. */
async function readJson(file: FileHandle, take: Take, problems: RowProblem[]): Promise<void> {
  let line = 0;
  let list: string[] | undefined;
  for await (const text of file.readLines({ autoClose: false })) {
    line += 1;
    if (line === 1 && text.replace(/^\uFEFF/, '').trimStart().startsWith('[')) list = [];
    if (list) list.push(text);
    else if (text.trim() !== '') takeJson(text, line, take, problems);
  }
  if (list) takeList(list.join('\n'), take, problems);
}

function takeList(text: string, take: Take, problems: RowProblem[]): void {
  const list = parseJson(text.replace(/^\uFEFF/, ''));
  if (!Array.isArray(list)) problems.push(notJson(1));
  else for (const [index, item] of list.entries()) takeObject(item, index + 1, take, problems);
}

function takeJson(text: string, line: number, take: Take, problems: RowProblem[]): void {
  const value = parseJson(text);
  if (value === undefined) problems.push(notJson(line));
  else takeObject(value, line, take, problems);
}

function takeObject(value: unknown, line: number, take: Take, problems: RowProblem[]): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) take(value as Readonly<Record<string, unknown>>, line);
  else problems.push({ line, field: 'row', message: 'Expected an object with the columns as its keys.', remedy: 'Write { "address": …, … }.' });
}

/** What it says of a mistake may repeat the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const notJson = (line: number): RowProblem => ({ line, field: 'row', message: 'It is no JSON.', remedy: 'Write a list of objects, or one object in each line.' });
