import { type Folder, isMailError } from '@signalbox/core';
import { isRouterError, type OutboxClaim } from '@signalbox/store';
import { codeOf } from '../failure-code.ts';
import type { Work } from './attempt.ts';
import { pauseMs } from './back-off.ts';
import { withBcc } from './deadline.ts';
import { classify } from './failure.ts';
import { isPostponed } from './pauses.ts';

type Filing = { readonly copy: 'filed' | 'failed'; readonly detail?: { readonly why: string } };

/** Puts the copy into Sent that the server has not made, once: appending is not idempotent, so that it is looked for first. */
export async function fileCopy(work: Work, claim: OutboxClaim): Promise<void> {
  const { context, lease } = work;
  const { outbox, host } = context;
  const signal = AbortSignal.any([lease.signal, work.signal]);
  try {
    await outbox.filed(claim, await file(work, claim, signal));
  } catch (error) {
    if (signal.aborted || isRouterError(error)) return; // whoever is next looks for it first
    const { entry } = claim;
    const kind = classify(error, 'before-wire');
    const code = codeOf(error);
    context.telemetry.failed(error, 'send');
    host.log.log('warn', 'sending.copy-not-filed', { mailbox: entry.mailbox, entry: entry.id, code });
    const isOver = !isPostponed(kind) || entry.updatedAt.getTime() - (entry.sentAt ?? entry.createdAt).getTime() >= context.settings.giveUpAfterMs;
    if (isOver) return outbox.filed(claim, { copy: 'failed', detail: { code } });
    const retryAfterMs = isMailError(error) ? error.retryAfterMs : undefined;
    await outbox.filed(claim, { againInMs: pauseMs({ failure: kind, attempt: entry.looks + 1, retryAfterMs, random: host.random() }), detail: { code } });
  }
}

async function file({ context, lease }: Work, { entry }: OutboxClaim, signal: AbortSignal): Promise<Filing> {
  if (!entry.mail) return { copy: 'failed', detail: { why: 'its record does not open' } }; // who got it by Bcc would be missing
  const { connections, outbox } = context;
  const { receive, mutate } = await connections.open(entry.mailbox, 'receive', { signal });
  if (!receive || !mutate) return { copy: 'failed', detail: { why: 'the mailbox cannot be written to' } };
  if (mutate.traits.appends === 'drafts') return { copy: 'failed', detail: { why: 'the server makes drafts only' } };
  const sent = await findSent(receive.findFolder({ role: 'sent' }, { signal }));
  if (!sent) return { copy: 'failed', detail: { why: 'the mailbox has no Sent' } };
  for await (const _ of receive.locate({ messageId: entry.messageId, folders: [sent.id] }, { signal })) return { copy: 'filed', detail: { why: 'it was there' } };
  lease.check();
  const content = withBcc(outbox.content(entry.id, entry.size), entry.mail?.bcc ?? []);
  await mutate.append(sent.id, content, { keywords: ['$seen'], signal, ...(entry.sentAt && { receivedAt: entry.sentAt }) });
  return { copy: 'filed' };
}

async function findSent(finding: Promise<Folder>): Promise<Folder | undefined> {
  try {
    return await finding;
  } catch (error) {
    if (isMailError(error) && error.code === 'folder.not-found') return undefined;
    throw error;
  }
}
