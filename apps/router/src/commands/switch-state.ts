import { cancelSwitch, completeSwitch, rollBackSwitch } from '@signalbox/router';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { currentUser } from '../session/deploying.ts';
import { findMailbox } from '../session/find-mailbox.ts';
import { renderSteps, renderSwitches, stepJson, switchJson } from '../view/switch-table.ts';

export async function switchStatus(call: Call, name: string | undefined, { limit }: { readonly limit: number }): Promise<ExitCode> {
  await using store = await call.openStore();
  const mailbox = name === undefined ? undefined : (await findMailbox(store, name)).id;
  const records = await store.switches.list({ limit, ...(mailbox !== undefined && { mailbox }) });
  const steps = new Map<string, Awaited<ReturnType<typeof store.journal.read>>>();
  if (mailbox !== undefined) for (const { id } of records) steps.set(id, await store.journal.read(mailbox, id));
  const { out } = call.terminal;
  if (call.options.json) {
    call.terminal.json({ ok: true, switches: records.map((record) => ({ ...switchJson(record), ...(steps.has(record.id) && { steps: steps.get(record.id)?.map(stepJson) }) })) });
    return EXIT.ok;
  }
  if (records.length === 0) out.tell(mailbox === undefined ? 'No mailbox was switched yet. "signalbox switch plan" shows what it would take.' : `"${mailbox}" was never switched.`);
  else out.print(mailbox === undefined ? renderSwitches(records, out) : records.map((record) => renderSteps(record, steps.get(record.id) ?? [], out)).join('\n\n'));
  return EXIT.ok;
}

export async function rollBack(call: Call, name: string, { message }: { readonly message?: string }): Promise<ExitCode> {
  await using store = await call.openStore();
  const { id } = await findMailbox(store, name);
  const record = await rollBackSwitch(store, id, { who: currentUser(), why: message ?? 'by command' });
  if (call.options.json) call.terminal.json({ ok: true, switch: switchJson(record) });
  else call.terminal.out.tell(`${call.terminal.out.colors.green(`${id} is back on its former flow, as revision ${record.revision ?? ''}.`)} ${call.terminal.out.colors.dim(`See that ${call.shownFile} says the same.`)}`);
  return EXIT.ok;
}

const ENDS = { complete: { end: completeSwitch, told: 'is completed' }, cancel: { end: cancelSwitch, told: 'is cancelled; nothing was changed' } } as const;

export async function endSwitch(call: Call, name: string, verb: keyof typeof ENDS): Promise<ExitCode> {
  await using store = await call.openStore();
  const { id } = await findMailbox(store, name);
  const { end, told } = ENDS[verb];
  const record = await end(store, id, { who: currentUser() });
  if (call.options.json) call.terminal.json({ ok: true, switch: switchJson(record) });
  else call.terminal.out.tell(call.terminal.out.colors.green(`The switch of ${id} ${told}.`));
  return EXIT.ok;
}
