import { type FolderSelector, isMailError, type Logger, MailError, type MailTransport, type MessageRef } from '@signalbox/core';
import { abortable, type Bell } from '@signalbox/kit';
import type { Deliveries, Effect, Effects, Ledger, NewEffect } from '@signalbox/store';
import { waitAfter } from '../back-off.ts';
import type { OnAck } from '../config/config.ts';
import type { HeldLease } from '../leases/keeper.ts';
import type { MessageFacts } from './facts.ts';
import { placesOf, withMessage } from './locate.ts';
import { noteMove } from './note-move.ts';

export interface EffectWorkerOptions {
  readonly lease: HeldLease;
  readonly effects: Effects;
  readonly deliveries: Deliveries;
  readonly ledger: Ledger;
  readonly open: (signal: AbortSignal) => Promise<MailTransport>;
  readonly log: Logger;
  /** Rung when something was journaled. */
  readonly bell: Bell;
}

/** What an acknowledgement has to do in the mailbox. */
export const effectOf = (onAck: OnAck): NewEffect | undefined => (onAck.do === 'nothing' ? undefined : onAck.do === 'move' ? { kind: 'move', target: onAck.to } : { kind: 'mark-read' });

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

async function perform(options: EffectWorkerOptions, effect: Effect, signal: AbortSignal): Promise<void> {
  const { effects, log } = options;
  try {
    await carryOut(options, effect, signal);
    await effects.done([effect.id]);
  } catch (error) {
    signal.throwIfAborted();
    if (!isMailError(error)) throw error;
    const over = error.code === 'message.not-found' || error.code === 'capability.unsupported' || effect.attempts >= MOST_ATTEMPTS;
    log.log(over ? 'warn' : 'info', over ? 'effect.failed' : 'effect.postponed', { mailbox: effect.mailbox, delivery: effect.delivery, kind: effect.kind, code: error.code });
    if (over) await effects.failed(effect.id, error.code);
    else await effects.retry(effect.id, waitAfter(error, effect.attempts - 1), error.code);
  }
}

async function carryOut(options: EffectWorkerOptions, effect: Effect, signal: AbortSignal): Promise<void> {
  const { lease, deliveries, ledger, open } = options;
  const { receive, mutate } = await open(signal);
  if (!receive || !mutate) throw new MailError('capability.unsupported', `The transport of the mailbox "${effect.mailbox}" cannot change messages.`);
  const facts = (effect.facts ?? {}) as Pick<MessageFacts, 'messageId'>;
  const known = await deliveries.get(effect.delivery);
  const wanted = { delivery: effect.delivery, facts, ...(known && { arrivedAt: new Date(known.arrivedAt) }) };
  const places = (): AsyncIterable<MessageRef> => placesOf(receive, deliveries, wanted, { signal });
  if (effect.kind === 'mark-read') {
    await withMessage(places(), effect.delivery, async (ref) => {
      lease.check();
      await mutate.updateKeywords([ref], { add: ['$seen'] }, { signal });
    });
    return;
  }
  const folder = await receive.findFolder(effect.target as FolderSelector, { signal });
  await withMessage(places(), effect.delivery, async (ref) => {
    lease.check();
    // One that lies there already was moved before, and the answer was lost.
    const [moved] = ref.folder === folder.id ? [{ from: ref, to: ref }] : await mutate.move([ref], folder.id, { signal });
    await noteMove({ ledger, holding: lease, receive }, { delivery: effect.delivery, from: ref, ...(moved?.to && { to: moved.to }) });
  });
}
