import { withoutMailbox } from '@signalbox/router';
import type { MailboxRecord, Store } from '@signalbox/store';
import type { Call } from '../call.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { currentUser, deploymentsOf, knowledgeOf } from '../session/deploying.ts';
import { findMailbox } from '../session/find-mailbox.ts';
import { UsageError } from '../usage-error.ts';

const DONE = { pause: 'paused', resume: 'active' } as const;

export async function setState(call: Call, name: string, verb: 'pause' | 'resume'): Promise<ExitCode> {
  await using store = await call.openStore();
  const { id, state } = await findMailbox(store, name);
  if (state !== DONE[verb]) {
    await store.mailboxes[verb](id);
    await store.audit.write({ who: currentUser(), what: verb === 'pause' ? 'mailbox-paused' : 'mailbox-resumed', subject: id });
  }
  if (call.options.json) call.terminal.json({ ok: true, mailbox: id, state: DONE[verb] });
  else call.terminal.out.tell(call.terminal.out.colors.green(verb === 'pause' ? `${id} is paused: nothing is received or sent until "signalbox mailbox resume ${id}".` : `${id} goes on from where it stood.`));
  return EXIT.ok;
}

export async function removeMailbox(call: Call, name: string, { yes }: { readonly yes?: boolean }): Promise<ExitCode> {
  await using store = await call.openStore();
  const mailbox = await findMailbox(store, name);
  if (!yes) throw new UsageError(`What is stored of "${mailbox.id}" would be erased: its ledger, open deliveries and unsent mail.`, 'Add --yes where that is meant; to stop for a while there is "signalbox mailbox pause".');
  const revision = await deployWithout(store, mailbox);
  if (!revision) await store.mailboxes.remove(mailbox.id); // deployed no more, and left over
  await store.audit.write({ who: currentUser(), what: 'mailbox-removed', subject: mailbox.id });
  if (call.options.json) call.terminal.json({ ok: true, mailbox: mailbox.id, state: 'removed', revision: revision ?? null });
  else call.terminal.out.tell(call.terminal.out.colors.green(`${mailbox.id} is removed${revision ? `, as revision ${revision.number}. Take it out of the configuration file too, or the next apply adds it again` : ''}.`));
  return EXIT.ok;
}

async function deployWithout(store: Store, { id }: MailboxRecord) {
  const deployments = deploymentsOf(store);
  const inForce = await deployments.current();
  if (!inForce?.deployed.mailboxes.some((each) => each.id === id)) return undefined;
  const { file, deployed } = inForce;
  const mailboxes = deployed.mailboxes.filter((each) => each.id !== id);
  const text = withoutMailbox(inForce.text, id);
  if (text === undefined || mailboxes.length === 0) {
    throw new UsageError(`"${id}" cannot be taken out of the deployed configuration by itself${mailboxes.length === 0 ? ': it is the only mailbox' : ''}.`, 'Change the configuration file, and deploy it with "signalbox apply --allow-removal".');
  }
  const candidate = { file, text, deployed: { ...deployed, mailboxes } };
  const plan = await deployments.plan(candidate, await knowledgeOf(store, candidate));
  const [refusal] = plan.refusals;
  if (refusal) throw new UsageError(refusal.message, refusal.remedy);
  return deployments.apply(plan, candidate, { who: currentUser(), message: `removed ${id} by command` });
}
