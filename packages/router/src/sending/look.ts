import { type CallOptions, type InternetMessageId, isMailError, type MessageSummary, type SendOutcome } from '@signalbox/core';
import type { OutboxClaim, OutboxEntry, OutboxMail } from '@signalbox/store';
import type { Work } from './attempt.ts';
import { lookPauseMs, pauseMs } from './back-off.ts';
import type { SendingContext } from './context.ts';
import { classify } from './failure.ts';
import { findAlike } from './look-alike.ts';
import { isPostponed } from './pauses.ts';
import { canReceive, isSameRoute, openSendRoute } from './route.ts';
import { failureOf, settle } from './settle.ts';
import { type Station, stationsOf } from './stations.ts';

/** What a look has brought. `repeatable`: it lies staged under a handle of ours, and leaves once however often that is sent. `nowhere`: nobody could look. */
type Finding = 'sent' | 'repeatable' | 'under-way' | 'absent' | 'nowhere';

/** Looks for a mail whose outcome is open. What is found counts at once; what is not found counts only when it has had the time to appear. */
export async function look(work: Work, claim: OutboxClaim): Promise<void> {
  const { context, lease } = work;
  const signal = AbortSignal.any([lease.signal, work.signal]);
  try {
    const finding = await findIt(context, claim.entry, isConclusive(context, claim.entry), { signal });
    await conclude(context, claim, finding, { signal });
  } catch (error) {
    if (signal.aborted) return; // whoever is next looks again
    context.telemetry.failed(error, 'send');
    await postpone(context, claim, error);
  }
}

/** Whether this look began late enough: by the clock of the store, which the deadline was written by too. */
const isConclusive = ({ settings }: SendingContext, { updatedAt, deadline }: OutboxEntry): boolean => deadline === undefined || updatedAt.getTime() - deadline.getTime() >= settings.absentAfterMs;

async function conclude(context: SendingContext, claim: OutboxClaim, finding: Finding, options: CallOptions): Promise<void> {
  const { entry } = claim;
  const { settings } = context;
  if (entry.unreadable) return settle(context, claim, { event: 'held', failure: { class: 'person', code: entry.unreadable.code }, detail: { why: 'its record does not open', finding } });
  // Some of the recipients had it before: a copy that is found says nothing about the others.
  if (entry.mail?.left) return settle(context, claim, { event: 'held', detail: { why: 'some recipients had it before' } });
  if (finding === 'sent') return settle(context, claim, { event: 'found-sent', detail: { looks: entry.looks } });
  // Exchange keeps what it has accepted among the drafts for minutes (FACTS.md E6): to send that again is harmless, and need not be done every second.
  if (finding === 'repeatable') return settle(context, claim, { event: 'found-absent', dueInMs: entry.attempt === 1 ? 0 : lookPauseMs(entry.attempt), detail: { why: 'staged' }, ...(entry.mail && { mail: { ...entry.mail, mayHaveLeft: true } }) });
  if (!isConclusive(context, entry)) return settle(context, claim, { event: 'postponed', dueInMs: untilNextLook(context, entry), detail: { finding } });
  const alike = finding === 'absent' ? await findAlike(context, entry, options) : undefined;
  if (alike === 'itself') return settle(context, claim, { event: 'found-sent', detail: { looks: entry.looks } });
  if (alike === 'stranger') return settle(context, claim, { event: 'held', detail: { why: 'Sent holds one that says the same under another Message-ID', looks: entry.looks } });
  if (finding === 'absent' && entry.route?.isProvable === true) return settle(context, claim, { event: 'found-absent', dueInMs: 0, dropStaged: true, detail: { why: 'absent', looks: entry.looks }, ...sure(entry) });
  if (settings.unproven === 'resend' && finding !== 'under-way') return settle(context, claim, { event: 'found-absent', dueInMs: 0, dropStaged: true, detail: { why: 'resend', looks: entry.looks }, ...sure(entry) });
  await settle(context, claim, { event: 'held', detail: { why: finding === 'under-way' ? 'still under way' : 'nothing proves that it was not sent', looks: entry.looks } });
}

/** From here on it counts as not sent. */
function sure({ mail }: OutboxEntry): { readonly mail?: OutboxMail } {
  if (!mail?.mayHaveLeft) return {};
  const { mayHaveLeft: _, ...rest } = mail;
  return { mail: rest };
}

/** Often at first; and once just when not to find it begins to count. */
function untilNextLook({ settings }: SendingContext, { looks, updatedAt, deadline }: OutboxEntry): number {
  const conclusive = (deadline?.getTime() ?? 0) + settings.absentAfterMs - updatedAt.getTime();
  return Math.max(1, Math.min(lookPauseMs(looks), conclusive));
}

async function postpone(context: SendingContext, claim: OutboxClaim, error: unknown): Promise<void> {
  const { entry } = claim;
  const kind = classify(error, 'before-wire');
  const { failure } = failureOf(error, kind);
  const began = entry.deadline ?? entry.createdAt;
  if (entry.updatedAt.getTime() - began.getTime() >= context.settings.giveUpAfterMs) return settle(context, claim, { event: 'held', failure, detail: { why: 'nobody could look' } });
  const retryAfterMs = isMailError(error) ? error.retryAfterMs : undefined;
  await settle(context, claim, { event: 'postponed', failure, dueInMs: pauseMs({ failure: isPostponed(kind) ? kind : 'waits', attempt: entry.looks, retryAfterMs, random: context.host.random() }) });
}

/** Through the door it went out by, where that is still the route, and through the one that receives, whichever that is by now. */
async function findIt(context: SendingContext, entry: OutboxEntry, everywhere: boolean, options: CallOptions): Promise<Finding> {
  const bySender = await askSender(context, entry, options);
  if (bySender === 'sent' || bySender === 'staged') return bySender === 'sent' ? 'sent' : entry.staged ? 'repeatable' : 'under-way';
  const byReader = await askReader(context, entry, everywhere, options);
  if (byReader === 'sent' || byReader === 'under-way') return byReader;
  if (bySender === 'cannot-tell') return 'under-way';
  return bySender === undefined && byReader === undefined ? 'nowhere' : 'absent';
}

/** `undefined` where the route is another by now, or its server has no place to look at. */
async function askSender(context: SendingContext, entry: OutboxEntry, options: CallOptions): Promise<SendOutcome | undefined> {
  const route = await openSendRoute(context.connections, entry, options).catch((error: unknown) => {
    if (isMailError(error) && error.retry !== 'safe' && canReceive(context.connections, entry.mailbox)) return undefined; // the way out is gone, the way in may not be
    throw error;
  });
  if (!route?.send.outcome || !isSameRoute(route.pin, entry.route)) return undefined;
  return route.send.outcome(entry.staged ?? entry.filedAs ?? entry.messageId, options);
}

async function askReader({ connections }: SendingContext, entry: OutboxEntry, everywhere: boolean, options: CallOptions): Promise<'sent' | 'under-way' | 'absent' | undefined> {
  if (!canReceive(connections, entry.mailbox)) return undefined;
  const { receive } = await connections.open(entry.mailbox, 'receive', options);
  if (!receive) return undefined;
  const stations = await stationsOf(receive, options);
  const known = [...stations.values()];
  let isUnderWay = false;
  for (const messageId of idsOf(entry)) {
    const query = everywhere ? { messageId } : { messageId, folders: known };
    for await (const message of receive.locate(query, options)) {
      if (!isOnItsWay(message, stations)) return 'sent';
      isUnderWay = true;
    }
  }
  return isUnderWay ? 'under-way' : stations.has('sent') ? 'absent' : undefined;
}

/** A draft is one wherever somebody has put it: it has not been sent, and may be. */
const isOnItsWay = ({ ref: { folder }, keywords }: MessageSummary, stations: ReadonlyMap<Station, string>): boolean =>
  folder !== stations.get('sent') && (keywords.has('$draft') || folder === stations.get('drafts') || folder === stations.get('outbox'));

const idsOf = ({ messageId, filedAs }: OutboxEntry): readonly InternetMessageId[] => (filedAs === undefined ? [messageId] : [filedAs, messageId]);

