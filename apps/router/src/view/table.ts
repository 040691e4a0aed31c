import CliTable3 from 'cli-table3';
import { clip, fold, textWidth } from './text.ts';
import type { Channel } from './terminal.ts';

/** A piece of a cell: plain text, and how it is coloured once it has been cut to fit. */
export interface Styled {
  readonly text: string;
  readonly style?: (text: string) => string;
  /** What does not fit is left out, because it is there to be recognised: a subject. Anything else is broken into lines, because somebody needs it whole. */
  readonly clipped?: boolean;
}

/** One or more lines. */
export type Cell = string | Styled | readonly Styled[];

export interface TableColumn {
  readonly head: string;
  readonly align?: 'left' | 'right';
  /** Stays as wide as its content; the others give way first. */
  readonly fixed?: boolean;
}

/** Below this a table of many columns puts several things into one cell. */
export const ROOMY = 116;

const GAP = 2;
const NARROWEST = 10;
const BORDERLESS = {
  'top': '', 'top-mid': '', 'top-left': '', 'top-right': '',
  'bottom': '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  'left': '', 'left-mid': '', 'right': '', 'right-mid': '',
  'mid': '', 'mid-mid': '', 'middle': ' '.repeat(GAP),
};

/** Rows under a ruled heading, never wider than the channel. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly Cell[])[], { colors, width }: Pick<Channel, 'colors' | 'width'>): string {
  const natural = columns.map(({ head }, index) => Math.max(textWidth(head), ...rows.map((row) => cellWidth(row[index] ?? ''))));
  const widths = fitWidths(columns, natural, width);
  const table = new CliTable3({
    chars: BORDERLESS,
    style: { 'head': [], 'border': [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: widths,
    colAligns: columns.map(({ align = 'left' }) => align),
  });
  table.push(
    columns.map(({ head }, index) => colors.bold(clip(head, widths[index] ?? 0))),
    widths.map((each) => colors.dim('─'.repeat(each))),
    ...rows.map((row) => row.map((cell, index) => paint(cell, widths[index] ?? 0))),
  );
  return trimLines(table.toString());
}

const lines = (cell: Cell): readonly Styled[] => {
  if (typeof cell === 'string') return [{ text: cell }];
  return 'text' in cell ? [cell] : cell;
};

const cellWidth = (cell: Cell): number => Math.max(0, ...lines(cell).map(({ text }) => textWidth(text)));

// Cut before colouring: cutting coloured text can lose the sequence that ends the colour.
const paint = (cell: Cell, width: number): string =>
  lines(cell)
    .flatMap(({ text, style, clipped }) => (clipped ? [clip(text, width)] : fold(text, width)).map((line) => (style ?? String)(line)))
    .join('\n');

/** Takes what is too much from the widest columns that may give way. */
function fitWidths(columns: readonly TableColumn[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1));
  while (total() > width) {
    const flexible = widths.map((each, index) => (columns[index]?.fixed ? 0 : each));
    const widest = Math.max(...flexible);
    if (widest <= NARROWEST) break;
    widths[flexible.indexOf(widest)] = widest - 1;
  }
  return widths;
}

// cli-table3 pads the last column: invisible, but it wraps on a terminal of exactly that width.
const trimLines = (table: string): string =>
  table
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
