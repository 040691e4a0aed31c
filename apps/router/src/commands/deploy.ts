import { type Candidate, type DeploymentPlan, hasChanges, summarizePlan } from '@signalbox/router';
import type { Revision } from '@signalbox/store';
import type { Call, OpenOptions } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { candidateOf, currentUser, deploymentsOf, knowledgeOf, probeDoors } from '../session/deploying.ts';
import type { Session } from '../session/session.ts';
import { UsageError } from '../usage-error.ts';
import { planSummary, renderPlan } from '../view/plan-table.ts';

export interface PlanCommandOptions {
  readonly probe?: boolean;
  readonly exitCode?: boolean;
  readonly timeout: number;
}

export interface ApplyCommandOptions extends Omit<PlanCommandOptions, 'exitCode'> {
  readonly revision?: number;
  readonly message?: string;
  readonly allowRemoval?: boolean;
}

export async function planCommand(call: Call, options: PlanCommandOptions): Promise<ExitCode> {
  await using session = await call.open();
  const { plan } = await makePlan(call, session, options);
  if (call.options.json) call.terminal.json(planJson(call, plan));
  else show(call, plan);
  if (plan.refusals.length > 0) return EXIT.failed;
  return options.exitCode && hasChanges(plan) ? EXIT.changes : EXIT.ok;
}

export async function applyCommand(call: Call, options: ApplyCommandOptions): Promise<ExitCode> {
  await using session = await call.open(await deployedBefore(call, options.revision));
  const { plan, candidate } = await makePlan(call, session, options);
  if (plan.refusals.length > 0) return tellRefused(call, plan);
  const removed = plan.mailboxes.filter(({ kind }) => kind === 'removed');
  if (removed.length > 0 && !options.allowRemoval) {
    if (!call.options.json) show(call, plan);
    throw new UsageError(`${removed.map((each) => (each.kind === 'removed' ? `"${each.before.id}"` : '')).join(', ')} would be removed, and what is stored of it erased.`, 'Add --allow-removal where that is meant; to stop for a while there is "signalbox mailbox pause".');
  }
  const message = options.message ?? (options.revision === undefined ? undefined : `back to revision ${options.revision}`);
  const revision = await deploymentsOf(await session.store()).apply(plan, candidate, { who: currentUser(), ...(message !== undefined && { message }) });
  tellApplied(call, plan, revision);
  return EXIT.ok;
}

/** A revision is applied from the folder of the file that it was read from. */
async function deployedBefore(call: Call, number: number | undefined): Promise<OpenOptions> {
  if (number === undefined) return {};
  await using store = await call.openStore({ makes: true });
  const revision = await deploymentsOf(store).read(number);
  if (!revision) throw new UsageError(`There is no revision ${number}.`, '"signalbox history" lists them.');
  return { deployed: { file: revision.file, text: revision.text } };
}

interface Planned {
  readonly plan: DeploymentPlan;
  readonly candidate: Candidate;
}

async function makePlan(call: Call, session: Session, { probe, timeout }: Pick<PlanCommandOptions, 'probe' | 'timeout'>): Promise<Planned> {
  const store = await session.store();
  const candidate = candidateOf(session);
  const knowledge = await knowledgeOf(store, candidate);
  const deployments = deploymentsOf(store);
  if (!probe) return { candidate, plan: await deployments.plan(candidate, knowledge) };
  const unknown = session.routes.filter(({ mailbox, receive }) => receive && !knowledge.doors.has(mailbox.id)).map(({ mailbox }) => mailbox.id);
  const signal = AbortSignal.any([call.io.signal, AbortSignal.timeout(timeout * 1000)]);
  using _progress = call.terminal.progress('Connecting to mailboxes that are new…');
  const doors = new Map([...knowledge.doors, ...(await probeDoors(session, unknown, signal))]);
  return { candidate, plan: await deployments.plan(candidate, { ...knowledge, doors }) };
}

function show({ terminal: { out }, shownFile }: Call, plan: DeploymentPlan): void {
  const body = renderPlan(plan, out);
  if (body !== '') out.print(`${body}\n`);
  const { colors } = out;
  const summary = planSummary(plan, summarizePlan(plan));
  const told = plan.refusals.length > 0 ? colors.red(summary) : hasChanges(plan) ? `${summary} ${colors.dim(`"signalbox apply" deploys ${shownFile}.`)}` : colors.green(summary);
  out.tell(told);
}

function tellRefused(call: Call, plan: DeploymentPlan): ExitCode {
  if (call.options.json) call.terminal.json(planJson(call, plan));
  else show(call, plan);
  return EXIT.failed;
}

function tellApplied(call: Call, plan: DeploymentPlan, revision: Revision | undefined): void {
  const { out } = call.terminal;
  if (call.options.json) {
    call.terminal.json({ ...planJson(call, plan), revision: revision ?? null });
    return;
  }
  const body = renderPlan(plan, out);
  if (revision && body !== '') out.print(`${body}\n`);
  out.tell(out.colors.green(revision ? `Revision ${revision.number} is deployed: ${revision.summary}.` : `Revision ${plan.base} is deployed already; there is nothing to change.`));
}

const planJson = ({ file }: Call, plan: DeploymentPlan) => ({
  ok: plan.refusals.length === 0,
  file,
  base: plan.base,
  changes: hasChanges(plan),
  summary: summarizePlan(plan),
  mailboxes: plan.mailboxes.map((each) => ({
    mailbox: each.kind === 'removed' ? each.before.id : each.after.id,
    kind: each.kind,
    address: each.kind === 'removed' ? each.before.address : each.after.address,
    ...(each.kind === 'changed' && { changes: each.changes }),
    ...(each.kind === 'added' && { receive: each.after.receive, send: each.after.send }),
    notes: each.notes,
  })),
  shared: plan.shared,
  refusals: plan.refusals,
  unchanged: plan.unchanged,
});
