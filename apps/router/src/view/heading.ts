import type { Channel } from './terminal.ts';
import { column, textWidth, wrap } from './text.ts';

/** The first line about a mailbox: its id in a column, then what else there is. Two lines where that is too much for one. */
export function renderHeading(mark: string, { id, idWidth, rest }: { readonly id: string; readonly idWidth: number; readonly rest: readonly string[] }, { colors, width }: Pick<Channel, 'colors' | 'width'>): string {
  const fits = textWidth(id) <= idWidth && textWidth(mark) + idWidth + rest.reduce((sum, text) => sum + 2 + textWidth(text), 1) <= width;
  return fits ? [`${mark} ${colors.bold(column(id, idWidth))}`, ...rest].join('  ') : `${mark} ${colors.bold(id)}\n${wrap(rest.join('  '), width, '  ')}`;
}
