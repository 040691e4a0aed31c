import type { Delivery, Store } from '@signalbox/store';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { acknowledge } from '../session/acknowledge.ts';
import { UsageError } from '../usage-error.ts';
import { deliveryJson, renderDeliveries, renderDelivery } from '../view/delivery-table.ts';
import { plural } from '../view/text.ts';

export interface DeliveryListOptions {
  readonly state?: Delivery['state'];
  readonly limit: number;
}

export interface ReplayOptions {
  readonly all?: boolean;
  readonly mailbox?: string;
}

export async function listDeliveries(call: Call, mailbox: string | undefined, { state, limit }: DeliveryListOptions): Promise<ExitCode> {
  await using store = await call.openStore();
  const listed: Delivery[] = [];
  for (const each of state === undefined ? (['open', 'dead'] as const) : [state]) {
    listed.push(...(await store.deliveries.list({ state: each, limit: limit + 1, ...(mailbox !== undefined && { mailbox }) })));
  }
  const shown = listed.toSorted((a, b) => (a.mailbox === b.mailbox ? a.sequence - b.sequence : a.mailbox < b.mailbox ? -1 : 1)).slice(0, limit);
  const more = listed.length > shown.length;
  if (call.options.json) call.terminal.json({ ok: true, deliveries: shown.map((each) => deliveryJson(each)), more });
  else call.terminal.out.print(renderDeliveries(shown, { more, screen: call.terminal.out }));
  return EXIT.ok;
}

export async function showDelivery(call: Call, id: string): Promise<ExitCode> {
  await using store = await call.openStore();
  const delivery = await require(store, id);
  const refs = await store.deliveries.refs(id);
  if (call.options.json) call.terminal.json({ ok: true, delivery: { ...deliveryJson(delivery), places: refs } });
  else call.terminal.out.print(renderDelivery(delivery, refs, call.terminal.out));
  return EXIT.ok;
}

async function require(store: Store, id: string): Promise<Delivery> {
  const found = await store.deliveries.get(id);
  if (!found) throw new UsageError(`There is no delivery "${id}".`, '"signalbox deliveries list" shows them.');
  return found;
}

export async function ackDeliveries(call: Call, ids: readonly string[]): Promise<ExitCode> {
  await using store = await call.openStore();
  for (const id of ids) await require(store, id); // all of them or none
  const closed = await acknowledge(store, ids);
  if (call.options.json) call.terminal.json({ ok: true, closed });
  else call.terminal.out.print(call.terminal.out.colors.green(closed.length === 0 ? 'They were closed already.' : `${plural(closed.length, 'delivery is', 'deliveries are')} closed.`));
  return EXIT.ok;
}

export async function replayDeliveries(call: Call, ids: readonly string[], { all, mailbox }: ReplayOptions): Promise<ExitCode> {
  if ((ids.length > 0) === (all === true)) throw new UsageError('Name deliveries, or add --all.', '"signalbox deliveries list --state dead" shows them.');
  await using store = await call.openStore();
  for (const id of ids) {
    const { state } = await require(store, id);
    if (state !== 'dead') throw new UsageError(`The delivery "${id}" is ${state}, not dead.`, state === 'open' ? 'It is handed over without that.' : 'A closed one is never handed over again.');
  }
  const replayed = all ? await replayAll(store, mailbox) : ids;
  if (!all) for (const id of ids) await store.deliveries.replay(id);
  if (call.options.json) call.terminal.json({ ok: true, replayed });
  else call.terminal.out.print(call.terminal.out.colors.green(`${plural(replayed.length, 'delivery is', 'deliveries are')} open again.`));
  return EXIT.ok;
}

const PAGE = 200;

async function replayAll({ deliveries }: Store, mailbox: string | undefined): Promise<readonly string[]> {
  const replayed: string[] = [];
  for (;;) {
    const dead = await deliveries.list({ state: 'dead', limit: PAGE, ...(mailbox !== undefined && { mailbox }) });
    for (const { id } of dead) await deliveries.replay(id);
    replayed.push(...dead.map(({ id }) => id));
    if (dead.length < PAGE) return replayed;
  }
}
