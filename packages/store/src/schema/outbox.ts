export type OutboxState = 'scheduled' | 'queued' | 'attempting' | 'unknown' | 'held' | 'sent' | 'refused' | 'failed' | 'cancelled';

/** One row for each mail to be sent, once. */
export interface OutboxTable {
  readonly id: string;
  readonly mailbox: string;
  /** The caller's. Unique within the mailbox. */
  readonly idempotency_key: string;
  /** Of the request: the same key with another request is refused. */
  readonly request_digest: string;
  readonly message_id: string;
  readonly state: OutboxState;
  /** Envelope, options, facts of what is replied to; sealed as `outbox` and the id. */
  readonly sealed: string | null;
  readonly key_id: string | null;
  /** Octets of the content. */
  readonly size: number;
  readonly due_at: number;
  readonly claimed_until: number | null;
  readonly claimed_epoch: number | null;
  readonly attempt: number;
  /** Of the running attempt. Checked right before the wire. */
  readonly deadline: number | null;
  /** JSON: the transport and the `refSpace` of the running or last attempt. */
  readonly route: string | null;
  /** JSON: what the transport staged. */
  readonly staged: string | null;
  readonly last_error: string | null;
  readonly sent_at: number | null;
  readonly bounced: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** The content in pieces, so that neither side holds all of it. */
export interface OutboxPartTable {
  readonly outbox: string;
  readonly part: number;
  /** As `outbox_part` and `outbox/part`. */
  readonly sealed: string;
  readonly key_id: string;
}

export interface OutboxEventTable {
  readonly outbox: string;
  readonly number: number;
  readonly at: number;
  readonly what: string;
  /** JSON. */
  readonly detail: string | null;
}
