import { SpanKind } from '@opentelemetry/api';
import { type FolderSelector, isMailError, type Logger, MailError, type MailTransport, type Receive } from '@signalbox/core';
import { abortable, type Bell, type Limiter } from '@signalbox/kit';
import type { Deliveries, Effect, Effects, Ledger } from '@signalbox/store';
import { waitAfter } from '../back-off.ts';
import type { HeldLease } from '../leases/keeper.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { readFacts } from './facts.ts';
import { placesOf, type Wanted, withMessage } from './locate.ts';
import { noteMove } from './note-move.ts';
import { readStart } from './read-start.ts';

/** Told of each message that looks like a report of non-delivery, once at least. `raw`: as much of it as a report may need. */
export type OnReport = (report: { readonly mailbox: string; readonly delivery: string; readonly raw: Uint8Array }) => Promise<void>;

export interface EffectWorkerOptions {
  readonly lease: HeldLease;
  readonly effects: Effects;
  readonly deliveries: Deliveries;
  readonly ledger: Ledger;
  readonly open: (signal: AbortSignal) => Promise<MailTransport>;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  readonly onReport: OnReport;
  /** Rung when something was journaled. */
  readonly bell: Bell;
  /** One place, shared with whoever takes in what is seen: while a message is moved, the ledger knows less than the server. */
  readonly turns: Limiter;
}

const [LIMIT, MOST_ATTEMPTS] = [50, 10];
/** Longer than any of our calls; a process that was frozen meanwhile finds its deadline passed. */
const CLAIM_MS = 5 * 60_000;

/** Does what was journaled whenever the bell says that something is due, until the signal aborts. Flags and moves do no harm when they are done twice. */
export async function runEffects(options: EffectWorkerOptions, signal: AbortSignal): Promise<void> {
  const { lease, effects, bell } = options;
  if ((await effects.waiting(lease.mailbox)) === 0) await abortable(bell.next(signal), signal);
  for (;;) {
    const claimed = await effects.claim(lease, { limit: LIMIT, visibilityMs: CLAIM_MS });
    for (const effect of claimed) await perform(options, effect, signal);
    if (claimed.length < LIMIT) await abortable(bell.next(signal), signal);
  }
}

/**
 * Brings to their ends the moves that a former holder of the lease had begun, before anything is read: a message that was moved without telling the ledger lies
 * nowhere by all that is known, and a copy of it would be taken for it. Ends early where one has to wait: the server may be away.
 */
export async function finishMoves(options: EffectWorkerOptions, signal: AbortSignal): Promise<void> {
  const { lease, effects } = options;
  if ((await effects.waiting(lease.mailbox)) === 0) return;
  for (;;) {
    const [effect] = await effects.claim(lease, { limit: 1, visibilityMs: CLAIM_MS, begunOfKind: 'move' });
    if (!effect || !(await perform(options, effect, signal))) return;
  }
}

/** `false`: it is to be tried again. */
async function perform(options: EffectWorkerOptions, effect: Effect, signal: AbortSignal): Promise<boolean> {
  const { effects, log, telemetry } = options;
  const facts = { 'signalbox.mailbox': effect.mailbox, 'messaging.message.id': effect.delivery, 'signalbox.effect': effect.kind };
  try {
    await telemetry.span('effect', { kind: SpanKind.CLIENT, from: effect.trace, facts }, () => carryOut(options, effect, signal));
    await effects.done([effect.id]);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!isMailError(error)) throw error;
    telemetry.failed(error, 'receive');
    const over = error.code === 'message.not-found' || error.code === 'capability.unsupported' || (effect.unreadable !== undefined && error.affects === 'item') || effect.attempts >= MOST_ATTEMPTS;
    log.log(over ? 'warn' : 'info', over ? 'effect.failed' : 'effect.postponed', { mailbox: effect.mailbox, delivery: effect.delivery, kind: effect.kind, code: error.code });
    if (over) await effects.failed(effect.id, error.code);
    else await effects.retry(effect.id, waitAfter(error, effect.attempts - 1), error.code);
    return over;
  }
}

async function carryOut(options: EffectWorkerOptions, effect: Effect, signal: AbortSignal): Promise<void> {
  const { lease, ledger, open, turns } = options;
  const { receive, mutate } = await open(signal);
  if (effect.kind === 'read-report' && receive) return readReport(options, effect, receive, signal);
  if (effect.unreadable !== undefined && effect.kind !== 'mark-read') throw new MailError('config.invalid', 'What is to be done cannot be read any more.', { affects: 'item' });
  if (!receive || !mutate) throw new MailError('capability.unsupported', `The transport of the mailbox "${effect.mailbox}" cannot change messages.`);
  const wanted = await wantedOf(options, effect);
  const places = placesOf(receive, options.deliveries, wanted, { signal });
  if (effect.kind === 'mark-read') {
    await withMessage(places, effect.delivery, async (ref) => {
      lease.check();
      await mutate.updateKeywords([ref], { add: ['$seen'] }, { signal });
    });
    return;
  }
  const folder = await receive.findFolder(effect.target as FolderSelector, { signal });
  await withMessage(places, effect.delivery, async (ref) => {
    using _turn = await turns.acquire(signal);
    lease.check();
    // One that lies there already was moved before, and the answer was lost.
    const [moved] = ref.folder === folder.id ? [{ from: ref, to: ref }] : await mutate.move([ref], folder.id, { signal });
    await noteMove({ ledger, holding: lease, receive }, { ...wanted, from: ref, target: folder.id, ...(moved?.to && { to: moved.to }) }, { signal });
  });
}

async function wantedOf({ deliveries }: EffectWorkerOptions, { delivery, facts }: Effect): Promise<Wanted> {
  const known = await deliveries.get(delivery);
  return { delivery, facts: readFacts(facts === undefined ? undefined : JSON.stringify(facts)), ...(known && { arrivedAt: new Date(known.arrivedAt) }) };
}

/** What is reported stands in front; what was sent comes behind, perhaps whole. */
const REPORT_BYTES = 1024 * 1024;

async function readReport(options: EffectWorkerOptions, effect: Effect, receive: Receive, signal: AbortSignal): Promise<void> {
  const { mailbox, delivery } = effect;
  const raw = await withMessage(placesOf(receive, options.deliveries, await wantedOf(options, effect), { signal }), delivery, async (ref) => {
    return readStart(await receive.fetchRaw(ref, { signal }), REPORT_BYTES);
  });
  await options.onReport({ mailbox, delivery, raw });
}
