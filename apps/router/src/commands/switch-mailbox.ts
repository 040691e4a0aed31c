import { systemClock } from '@signalbox/kit';
import { createSwitching, type Direction, type SwitchCheck, type Switching } from '@signalbox/router';
import type { Store } from '@signalbox/store';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { candidateOf, currentUser } from '../session/deploying.ts';
import { findMailbox } from '../session/find-mailbox.ts';
import { failureJson } from '../view/failure.ts';
import { renderCheck, switchJson } from '../view/switch-table.ts';

export interface SwitchCommandOptions {
  readonly to: string;
  readonly only?: Direction;
  /** Seconds. */
  readonly timeout: number;
}

export interface SwitchRunOptions extends SwitchCommandOptions {
  /** Hours. */
  readonly soak: number;
}

export async function planSwitch(call: Call, name: string, options: SwitchCommandOptions): Promise<ExitCode> {
  await using store = await call.openStore();
  const { id } = await findMailbox(store, name);
  const check = await trying(call, options, (signal) => switchingOf(call, store).plan(targetOf(id, options), { signal }));
  if (call.options.json) call.terminal.json({ ok: check.refusals.length === 0, check: checkJson(call, check) });
  else tellCheck(call, check, `${call.terminal.out.colors.green('It can be switched.')} ${call.terminal.out.colors.dim('Nothing was changed.')}`);
  return check.refusals.length === 0 ? EXIT.ok : EXIT.failed;
}

export async function runSwitch(call: Call, name: string, options: SwitchRunOptions): Promise<ExitCode> {
  await using store = await call.openStore();
  const { id } = await findMailbox(store, name);
  const soakMs = options.soak * 3_600_000;
  const { check, record, revision } = await trying(call, options, (signal) => switchingOf(call, store).run(targetOf(id, options), { who: currentUser(), soakMs, signal }));
  const { out } = call.terminal;
  if (call.options.json) call.terminal.json({ ok: record !== undefined, check: checkJson(call, check), ...(record && { switch: switchJson(record) }) });
  else tellCheck(call, check, revision ? `${out.colors.green(`Revision ${revision.number} is deployed: ${revision.summary}.`)} ${out.colors.dim(`Write the flow into ${call.shownFile} too; "signalbox switch roll-back ${id}" goes back.`)}` : '');
  return record ? EXIT.ok : EXIT.failed;
}

const targetOf = (mailbox: string, { to, only }: SwitchCommandOptions) => ({ mailbox, to, ...(only && { only }) });

const switchingOf = (call: Call, store: Store): Switching =>
  createSwitching({
    store,
    clock: systemClock,
    async open(deployed) {
      const session = await call.open({ deployed, store });
      return { candidate: candidateOf(session), connections: session.connections, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
    },
  });

async function trying<T>(call: Call, { timeout }: SwitchCommandOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  using _progress = call.terminal.progress('Trying the new flow…');
  return await work(AbortSignal.any([call.io.signal, AbortSignal.timeout(timeout * 1000)]));
}

function tellCheck({ terminal: { out } }: Call, check: SwitchCheck, done: string): void {
  out.print(`${renderCheck(check, out)}\n`);
  if (check.refusals.length === 0) out.tell(done);
  else out.tell(out.colors.red('It cannot be switched as it stands; nothing was changed.'));
}

const checkJson = ({ redact }: Call, { diagnoses, ...check }: SwitchCheck) => ({
  ...check,
  checks: diagnoses.flatMap(({ direction, rows }) =>
    rows.map(({ check: name, status, findings }) => ({ direction, check: name, status, findings: findings.map(({ severity, error }) => ({ severity, error: failureJson(error, redact) })) })),
  ),
});
