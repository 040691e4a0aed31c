/**
 * `scheduled`, `queued`: nothing of it can have left. `attempting`: somebody works on it. `unknown`: it may have left, and is looked for.
 * `held`: waits for a person. The rest is final.
 */
export type OutboxState = 'scheduled' | 'queued' | 'attempting' | 'unknown' | 'held' | 'sent' | 'refused' | 'failed' | 'cancelled';

export type OutboxEvent =
  | 'claimed'
  /** The server took it. */
  | 'accepted'
  /** Nothing left; it is tried again later. */
  | 'postponed'
  /** Whoever had it is gone, and had not come as far as the wire. */
  | 'abandoned'
  /** It may have left. */
  | 'unclear'
  /** The server will never take it. */
  | 'refused'
  /** It did not come through in the time it had. */
  | 'given-up'
  /** Only a person can tell how it goes on. */
  | 'held'
  /** A copy was found where only what was sent lies. */
  | 'found-sent'
  /** It was looked for long enough. */
  | 'found-absent'
  | 'cancelled'
  /** A person wants another attempt. */
  | 'retried';

/** What can happen to an entry, and what becomes of it. What is not here cannot happen: the store refuses it. */
export const OUTBOX_TRANSITIONS = {
  scheduled: { claimed: 'attempting', cancelled: 'cancelled' },
  queued: { claimed: 'attempting', cancelled: 'cancelled', 'given-up': 'failed' },
  attempting: { accepted: 'sent', postponed: 'queued', abandoned: 'queued', unclear: 'unknown', refused: 'refused', 'given-up': 'failed', held: 'held' },
  unknown: { accepted: 'sent', 'found-sent': 'sent', 'found-absent': 'queued', postponed: 'unknown', held: 'held' },
  // A proof may come late, from a sender that had been frozen: it is one all the same.
  held: { accepted: 'sent', 'found-sent': 'sent', retried: 'queued', cancelled: 'cancelled' },
  sent: {},
  refused: { retried: 'queued' },
  failed: { retried: 'queued' },
  cancelled: {},
} as const satisfies Readonly<Record<OutboxState, Readonly<Partial<Record<OutboxEvent, OutboxState>>>>>;

export const OUTBOX_STATES = Object.keys(OUTBOX_TRANSITIONS) as readonly OutboxState[];

/** What `event` makes of an entry in `state`; `undefined` when it cannot happen there. */
export const outboxStateAfter = (state: OutboxState, event: OutboxEvent): OutboxState | undefined =>
  (OUTBOX_TRANSITIONS[state] as Readonly<Partial<Record<OutboxEvent, OutboxState>>>)[event];

/** Where `event` can happen. */
export const outboxStatesBefore = (event: OutboxEvent): readonly OutboxState[] => OUTBOX_STATES.filter((state) => outboxStateAfter(state, event) !== undefined);

/** Nothing happens to it any more unless a person says so. */
export const isFinalState = (state: OutboxState): boolean => state === 'sent' || state === 'refused' || state === 'failed' || state === 'cancelled';
