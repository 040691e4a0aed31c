/** Where an object was seen: through which door, in which folder, under which key of the transport. */
export interface Place {
  readonly door: string;
  readonly folder: string;
  readonly key: string;
}

/** By what an object is known again. Hashes: nothing of the message can be read in them. */
export interface ObjectIdentity {
  /** Of the Message-ID; absent where there is none. */
  readonly idKey?: string;
  /** Of From, Subject and Date. */
  readonly factsKey: string;
  /** Milliseconds since 1970, the server's clock. */
  readonly arrivedAt: number;
  /** Of what the source begins with, as the door shows it. Of a delivery without a Message-ID; absent where nobody read it. */
  readonly contentKey?: string;
}

export interface ObjectRef extends Place {
  readonly gone: boolean;
}

/** A message object that is known: a delivery in whatever state, or something that existed at first connect. */
export interface LedgerObject extends ObjectIdentity {
  /** Of the delivery; for the baseline a name that holds for this answer only. */
  readonly id: string;
  readonly kind: 'delivery' | 'baseline';
  readonly refs: readonly ObjectRef[];
}

export interface CursorState {
  readonly cursor: string;
  readonly sweptAt: number;
  readonly auditedAt?: number;
  readonly state: 'delivering' | 'shadowing';
}

export interface BaselineRun {
  readonly state: 'running' | 'finished';
  readonly position?: string;
  readonly beganAt: number;
}
