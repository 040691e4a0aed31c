/** How far a door of a mailbox has been read. `door` is the transport's `refSpace`. */
export interface CursorTable {
  readonly mailbox: string;
  readonly door: string;
  readonly folder: string;
  /** The transport's own, opaque. */
  readonly cursor: string;
  /** Begin of the last finished sweep: all that was visible then has been recorded. */
  readonly swept_at: number;
  readonly audited_at: number | null;
  readonly state: 'delivering' | 'shadowing';
  readonly updated_at: number;
}

/** One row for each message object. It is handed over under its id until it is acknowledged, then closed for ever and shrunk to hashes. */
export interface DeliveryTable {
  readonly id: string;
  readonly mailbox: string;
  /** Order within the mailbox. */
  readonly sequence: number;
  readonly state: 'open' | 'closed' | 'dead';
  /** Of the normalised Message-ID; null where the message has none. Not unique: ids are reused. */
  readonly id_key: string | null;
  /** Of From, Subject and Date. */
  readonly facts_key: string;
  /** Of what the source begins with; null where the message has a Message-ID, or nobody read it. */
  readonly content_key: string | null;
  readonly arrived_at: number;
  /** Facts of the message, sealed as `delivery` and the id; null once closed. */
  readonly sealed: string | null;
  readonly key_id: string | null;
  /** The first delivery with the same Message-ID. */
  readonly same_message_as: string | null;
  /** The outbox entry whose mail this is. */
  readonly own: string | null;
  /** Of the last handing over. A refusal needs it, an acknowledgement does not. */
  readonly receipt: string | null;
  readonly attempts: number;
  readonly due_at: number;
  readonly claimed_until: number | null;
  readonly created_at: number;
  readonly closed_at: number | null;
  /** W3C traceparent of how it was received; null where nobody traced it, and once closed. */
  readonly trace: string | null;
  readonly error: string | null;
}

/** Where a delivery's message is, or was, seen through a door. Some doors name an object for life, in whatever folder: the key comes before the folder. */
export interface RefTable {
  readonly mailbox: string;
  readonly door: string;
  readonly folder: string;
  readonly key: string;
  readonly delivery: string;
  readonly gone_at: number | null;
}

/** What a shadowing reader saw. */
export interface SightingTable {
  readonly mailbox: string;
  readonly door: string;
  readonly folder: string;
  readonly key: string;
  readonly id_key: string | null;
  readonly facts_key: string;
  readonly arrived_at: number;
  readonly seen_at: number;
  /** The delivery it was bound to. */
  readonly bound_to: string | null;
}

/**
 * What was there at first connect and is never delivered: one row for each object, with the place where it lies. A folder that is numbered anew
 * changes the places, and leaves as many objects as there were.
 */
export interface BaselineTable {
  readonly mailbox: string;
  readonly door: string;
  readonly folder: string;
  readonly key: string;
  readonly id_key: string | null;
  readonly facts_key: string;
  readonly arrived_at: number;
}

/** How far the baseline of a folder has been listed. */
export interface BaselineRunTable {
  readonly mailbox: string;
  readonly door: string;
  readonly folder: string;
  readonly state: 'running' | 'finished';
  /** Where to go on: the transport's cursor or the last key. */
  readonly position: string | null;
  /** The first connect. */
  readonly began_at: number;
  readonly finished_at: number | null;
}

/** Something to be done on the outside because of a delivery: mark, move. */
export interface EffectTable {
  readonly id: string;
  readonly mailbox: string;
  readonly delivery: string;
  readonly kind: string;
  /** What exactly, sealed as `effect` and the id. */
  readonly sealed: string | null;
  readonly key_id: string | null;
  readonly state: 'waiting' | 'done' | 'failed';
  readonly due_at: number;
  readonly claimed_until: number | null;
  readonly claimed_epoch: number | null;
  readonly attempts: number;
  /** Checked right before the wire. */
  readonly deadline: number | null;
  readonly error: string | null;
  /** W3C traceparent of how its delivery was received; null where nobody traced it. */
  readonly trace: string | null;
}
