import type { Delivery, ObjectRef } from '@signalbox/store';
import { readFacts } from '@signalbox/router';
import { type Cell, renderTable, ROOMY } from './table.ts';
import type { Channel, Colors } from './terminal.ts';
import { plural, printable, wrap } from './text.ts';

type Screen = Pick<Channel, 'colors' | 'width'>;

const instant = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

export function renderDeliveries(deliveries: readonly Delivery[], { more, screen }: { readonly more: boolean; readonly screen: Screen }): string {
  const { colors, width } = screen;
  if (deliveries.length === 0) return 'There are none.';
  const roomy = width >= ROOMY;
  const message = { head: 'Message' };
  const columns = roomy
    ? [{ head: 'Delivery', fixed: true }, { head: 'Mailbox' }, { head: 'State', fixed: true }, { head: 'Arrived (UTC)', fixed: true }, { head: 'Tries', align: 'right', fixed: true } as const, message]
    : [{ head: 'Delivery', fixed: true }, { head: 'State', fixed: true }, message];
  const table = renderTable(columns, deliveries.map((delivery) => rowOf(delivery, colors, roomy)), screen);
  return `${table}\n\n${colors.dim(`${plural(deliveries.length, 'delivery', 'deliveries')}${more ? ', and there are more: --limit' : ''}`)}`;
}

function rowOf({ id, mailbox, state, arrivedAt, attempts, facts, error }: Delivery, colors: Colors, roomy: boolean): readonly Cell[] {
  const { from, subject } = readFacts(facts);
  const name = { text: mailbox, style: colors.bold };
  const stateCell = { text: state, style: state === 'dead' ? colors.red : state === 'open' ? colors.yellow : colors.dim };
  const message = [{ text: printable(from?.[0] ?? ''), clipped: true }, { text: printable(subject ?? ''), clipped: true }, ...(error === undefined ? [] : [{ text: printable(error), style: colors.red }])].filter(({ text }) => text !== '');
  if (roomy) return [{ text: id, style: colors.dim }, name, stateCell, instant(arrivedAt), String(attempts), message];
  const when = `${instant(arrivedAt)} UTC${attempts > 1 ? ` · ${attempts} tries` : ''}`;
  return [[{ text: id }, { text: when, style: colors.dim }], stateCell, [name, ...message]];
}

const INDENT = ' '.repeat(18);

export function renderDelivery(delivery: Delivery, places: readonly ObjectRef[], { colors, width }: Screen): string {
  const { id, mailbox, state, arrivedAt, attempts, facts, error, sameMessageAs, own, claimedUntil, dueAt, closedAt } = delivery;
  const { kind, messageId, from, subject, sentAt, size } = readFacts(facts);
  const row = (name: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [wrap(value, width, INDENT).replace(INDENT, `  ${colors.dim(name.padEnd(INDENT.length - 2))}`)]);
  return [
    wrap(`${colors.bold(mailbox)} ${id} ${state === 'dead' ? colors.red(state) : state}`, width),
    ...row('Arrived', `${instant(arrivedAt)} UTC`),
    ...(facts === undefined ? [] : row('Kind', kind)),
    ...row('From', from?.map(printable).join(', ')),
    ...row('Subject', subject === undefined ? undefined : printable(subject)),
    ...row('Date', sentAt && `${instant(sentAt.getTime())} UTC`),
    ...row('Message-ID', messageId === undefined ? undefined : `<${printable(messageId)}>`),
    ...row('Octets', size === undefined ? undefined : String(size)),
    ...row('Same message as', sameMessageAs),
    ...row('Sent from here as', own),
    ...places.flatMap(({ door, folder, key, gone }) => row('Lies at', `${printable(door)} ${printable(folder)} ${printable(key)}${gone ? ' (gone)' : ''}`)),
    ...row('Handed over', plural(attempts, 'time')),
    ...row('Taken until', claimedUntil === undefined ? undefined : `${instant(claimedUntil)} UTC`),
    ...row('Due', state === 'open' ? `${instant(dueAt)} UTC` : undefined),
    ...row('Closed', closedAt === undefined ? undefined : `${instant(closedAt)} UTC`),
    ...row('Last refusal', error === undefined ? undefined : printable(error)),
  ].join('\n');
}

/** Only what is known: of a closed delivery that is little. */
export function deliveryJson({ id, mailbox, sequence, state, arrivedAt, attempts, facts, error, sameMessageAs, own, claimedUntil, dueAt, createdAt, closedAt }: Delivery) {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    id,
    mailbox,
    sequence,
    state,
    attempts,
    arrivedAt: iso(arrivedAt),
    createdAt: iso(createdAt),
    ...(facts !== undefined && { message: readFacts(facts) }),
    ...(sameMessageAs !== undefined && { sameMessageIdAs: sameMessageAs }),
    ...(own !== undefined && { own }),
    ...(claimedUntil !== undefined && { claimedUntil: iso(claimedUntil) }),
    ...(state === 'open' && { dueAt: iso(dueAt) }),
    ...(closedAt !== undefined && { closedAt: iso(closedAt) }),
    ...(error !== undefined && { error }),
  };
}
