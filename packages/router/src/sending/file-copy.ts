import { type Clock, type Folder, isMailError, type LocateQuery, type MessageRef, type Mutate, type Receive } from '@signalbox/core';
import { isRouterError, type OutboxClaim } from '@signalbox/store';
import { codeOf } from '../failure-code.ts';
import type { Work } from './attempt.ts';
import { pauseMs } from './back-off.ts';
import { withBcc } from './deadline.ts';
import { classify } from './failure.ts';
import { isPostponed } from './pauses.ts';

type Filing = { readonly copy: 'filed' | 'failed'; readonly detail?: { readonly why: string } };

interface Filed {
  readonly filing: Filing;
  /** Where a copy was appended whose place the server told. */
  takeBack?(): Promise<void>;
}

const AGAIN_MS = 250;

/** Puts the copy into Sent that the server has not made, once: appending is not idempotent, so that it is looked for first. */
export async function fileCopy(work: Work, claim: OutboxClaim): Promise<void> {
  const { context, lease } = work;
  const { outbox, host } = context;
  const signal = AbortSignal.any([lease.signal, work.signal]);
  let filed: Filed | undefined;
  try {
    filed = await file(work, claim, signal);
    await outbox.filed(claim, filed.filing);
  } catch (error) {
    if (isRouterError(error) && error.code === 'lease.lost') await filed?.takeBack?.();
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

async function file({ context, lease, signal: untilStopped }: Work, { entry }: OutboxClaim, signal: AbortSignal): Promise<Filed> {
  if (!entry.mail) return failed('its record does not open'); // who got it by Bcc would be missing
  const { connections, outbox } = context;
  const { receive, mutate } = await connections.open(entry.mailbox, 'receive', { signal });
  if (!receive || !mutate) return failed('the mailbox cannot be written to');
  if (mutate.traits.appends === 'drafts') return failed('the server makes drafts only');
  const sent = await findSent(receive.findFolder({ role: 'sent' }, { signal }));
  if (!sent) return failed('the mailbox has no Sent');
  const query = { messageId: entry.messageId, folders: [sent.id] };
  for await (const _ of receive.locate(query, { signal })) return { filing: { copy: 'filed', detail: { why: 'it was there' } } };
  lease.check();
  const content = withBcc(outbox.content(entry.id, entry.size), entry.mail?.bcc ?? []);
  // Goes on without the lease: an APPEND that was broken off may have been taken, and nobody would know which copy it is.
  const ref = await mutate.append(sent.id, content, { keywords: ['$seen'], signal: untilStopped, ...(entry.sentAt && { receivedAt: entry.sentAt }) });
  return { filing: { copy: 'filed' }, ...(ref && { takeBack: () => takeBackSecond({ receive, mutate }, query, ref, { clock: context.host.clock, signal: untilStopped }) }) };
}

const failed = (why: string): Filed => ({ filing: { copy: 'failed', detail: { why } } });

/** Of a process that was away right before its APPEND, the copy comes after that of the process that took over; its connections may be dead by then. */
async function takeBackSecond({ receive, mutate }: { readonly receive: Receive; readonly mutate: Mutate }, query: LocateQuery, own: MessageRef, { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<void> {
  for (let tries = 3; tries > 0; tries -= 1) {
    try {
      const keys = new Set<string>();
      for await (const { ref } of receive.locate(query, { signal })) keys.add(ref.key);
      if (keys.size > 1 && keys.has(own.key)) await mutate.delete([own], { mode: 'permanently', signal });
      return;
    } catch (error) {
      if (tries === 1 || signal.aborted) throw error;
      await clock.sleep(AGAIN_MS, signal);
    }
  }
}

async function findSent(finding: Promise<Folder>): Promise<Folder | undefined> {
  try {
    return await finding;
  } catch (error) {
    if (isMailError(error) && error.code === 'folder.not-found') return undefined;
    throw error;
  }
}
