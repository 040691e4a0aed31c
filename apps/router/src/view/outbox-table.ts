import type { OutboxEntry, OutboxHistoryEvent, OutboxState } from '@signalbox/store';
import { remedyLines } from './failure.ts';
import { type Cell, renderTable, ROOMY } from './table.ts';
import type { Channel, Colors } from './terminal.ts';
import { plural, printable, wrap } from './text.ts';

type Screen = Pick<Channel, 'colors' | 'width'>;

const instant = (date: Date): string => date.toISOString().slice(0, 19).replace('T', ' ');

const colorOf = (state: OutboxState, colors: Colors): ((text: string) => string) => {
  if (state === 'sent') return colors.green;
  if (state === 'held' || state === 'refused' || state === 'failed') return colors.red;
  return state === 'cancelled' ? colors.dim : colors.yellow;
};

export function renderOutbox(entries: readonly OutboxEntry[], { more, screen }: { readonly more: boolean; readonly screen: Screen }): string {
  const { colors, width } = screen;
  if (entries.length === 0) return 'There are none.';
  const roomy = width >= ROOMY;
  const mail = { head: 'To' };
  const columns = roomy
    ? [{ head: 'Entry', fixed: true }, { head: 'Mailbox' }, { head: 'State', fixed: true }, { head: 'Made (UTC)', fixed: true }, { head: 'Tries', align: 'right', fixed: true } as const, mail]
    : [{ head: 'Entry', fixed: true }, { head: 'State', fixed: true }, mail];
  const table = renderTable(columns, entries.map((entry) => rowOf(entry, colors, roomy)), screen);
  return `${table}\n\n${colors.dim(`${plural(entries.length, 'mail')}${more ? ', and there are more: --limit' : ''}`)}`;
}

function rowOf(entry: OutboxEntry, colors: Colors, roomy: boolean): readonly Cell[] {
  const name = { text: entry.mailbox, style: colors.bold };
  const state = { text: entry.state, style: colorOf(entry.state, colors) };
  const mail = [
    { text: entry.mail ? printable(entry.mail.envelope.rcptTo.join(', ')) : entry.unreadable ? '(does not open)' : '(no longer kept)', clipped: true, ...(!entry.mail && { style: colors.dim }) },
    ...(entry.mail?.subject === undefined ? [] : [{ text: printable(entry.mail.subject), clipped: true }]),
    ...(entry.lastError ? [{ text: entry.lastError.code, style: colors.red }] : []),
    ...(entry.bouncedAt ? [{ text: 'bounced', style: colors.red }] : []),
  ];
  if (roomy) return [{ text: entry.id, style: colors.dim }, name, state, instant(entry.createdAt), String(entry.attempt), mail];
  const when = `${instant(entry.createdAt)} UTC${entry.attempt > 1 ? ` · ${entry.attempt} tries` : ''}`;
  return [[{ text: entry.id }, { text: when, style: colors.dim }], state, [name, ...mail]];
}

const INDENT = ' '.repeat(16);

export function renderEntry(entry: OutboxEntry, history: readonly OutboxHistoryEvent[], screen: Screen): string {
  const { colors, width } = screen;
  const row = (name: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [wrap(value, width, INDENT).replace(INDENT, `  ${colors.dim(name.padEnd(INDENT.length - 2))}`)]);
  const { mail, route, copy } = entry;
  return [
    wrap(`${colors.bold(entry.mailbox)} ${entry.id} ${colorOf(entry.state, colors)(entry.state)}`, width),
    ...row('From', mail && printable(mail.from)),
    ...row('To', mail && printable(mail.envelope.rcptTo.join(', '))),
    ...row('Subject', mail?.subject === undefined ? undefined : printable(mail.subject)),
    ...row('Message-ID', `<${printable(entry.filedAs ?? entry.messageId)}>`),
    ...row('Octets', String(entry.size)),
    ...row('Tries', String(entry.attempt)),
    ...row('Through', route && `${route.transport}${route.door === undefined ? '' : ` (${printable(route.door)})`}`),
    ...row('Sent', entry.sentAt && `${instant(entry.sentAt)} UTC`),
    ...row('Sent copy', copy),
    ...failureRows(entry, screen),
    ...(mail?.reported ?? []).flatMap(({ address, action, status, diagnostic }) => row('Reported', printable(`${address}: ${[action, status, diagnostic].filter(Boolean).join(' ')}`))),
    ...(history.length === 0 ? [] : ['', ...history.map(({ at, what, detail }) => `  ${colors.dim(instant(at))}  ${what}${detail ? colors.dim(` ${detailText(detail)}`) : ''}`)]),
  ].join('\n');
}

/** In the words of the failure where they are kept, which is as long as the mail is. */
function failureRows({ mail, unreadable, lastError }: OutboxEntry, screen: Screen): readonly string[] {
  const { failure = unreadable, refused = [] } = mail ?? {};
  if (!failure && !lastError) return [];
  const head = failure ? `${failure.message} (${failure.code})` : `It failed (${lastError?.code ?? ''}).`;
  return [
    wrap(screen.colors.red(printable(head)), screen.width, '  '),
    ...refused.map(({ address, message }) => wrap(`· ${printable(address)}: ${printable(message)}`, screen.width, '  ')),
    ...(failure?.remedy ? remedyLines(failure.remedy, screen, '  ') : []),
  ];
}

const detailText = (detail: NonNullable<OutboxHistoryEvent['detail']>): string =>
  Object.entries(detail)
    .map(([name, value]) => `${name}=${printable(String(value))}`)
    .join(' ');

/** Dates as ISO 8601, as JSON has them. */
export const entryJson = ({ mail, ...entry }: OutboxEntry) => ({ ...entry, ...(mail && { mail }) });

export const historyJson = (history: readonly OutboxHistoryEvent[]) => history.map((event) => ({ ...event, at: event.at.toISOString() }));
