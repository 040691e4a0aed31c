import type { Decision, OutboxState } from '@signalbox/store';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';
import { entryJson, historyJson, renderEntry, renderOutbox } from '../view/outbox-table.ts';

export interface OutboxListOptions {
  readonly state?: readonly OutboxState[];
  readonly limit: number;
}

export async function listOutbox(call: Call, mailbox: string | undefined, { state, limit }: OutboxListOptions): Promise<ExitCode> {
  await using store = await call.openStore();
  const listed = await store.outbox.list({ limit: limit + 1, ...(mailbox !== undefined && { mailbox }), ...(state && { states: state }) });
  const [entries, more] = [listed.slice(0, limit), listed.length > limit];
  if (call.options.json) call.terminal.json({ ok: true, entries: entries.map(entryJson), more });
  else call.terminal.out.print(renderOutbox(entries, { more, screen: call.terminal.out }));
  return EXIT.ok;
}

const noEntry = (id: string): UsageError => new UsageError(`There is no outbox entry "${id}".`, '"signalbox outbox list" shows them.');

export async function showEntry(call: Call, id: string): Promise<ExitCode> {
  await using store = await call.openStore();
  const entry = await store.outbox.find(id);
  if (!entry) throw noEntry(id);
  const history = await store.outbox.history(id);
  if (call.options.json) call.terminal.json({ ok: true, entry: { ...entryJson(entry), history: historyJson(history) } });
  else call.terminal.out.print(renderEntry(entry, history, call.terminal.out));
  return EXIT.ok;
}

const DONE: Readonly<Record<Decision, string>> = { 'cancelled': 'It is not sent.', 'retried': 'It is sent again.', 'found-sent': 'It counts as sent.' };
const CANNOT: Readonly<Record<Decision, string>> = { 'cancelled': 'cannot be cancelled', 'retried': 'cannot be sent again', 'found-sent': 'does not wait for that' };

export async function decide(call: Call, id: string, decision: Decision): Promise<ExitCode> {
  await using store = await call.openStore();
  const decided = await store.outbox.decide(id, decision);
  if (!decided) throw noEntry(id);
  const { entry, isDone } = decided;
  if (!isDone) throw new UsageError(`The entry "${id}" is ${entry.state}: it ${CANNOT[decision]}.`, `"signalbox outbox show ${id}" tells what has happened to it.`);
  if (call.options.json) call.terminal.json({ ok: true, entry: entryJson(entry) });
  else call.terminal.out.print(call.terminal.out.colors.green(DONE[decision]));
  return EXIT.ok;
}
