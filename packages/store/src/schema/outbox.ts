import type { OutboxState } from '../outbox/states.ts';

/** One row for each mail to be sent, once. */
export interface OutboxTable {
  readonly id: string;
  readonly mailbox: string;
  /** The caller's. Unique within the mailbox. */
  readonly idempotency_key: string;
  /** Of the request: the same key with another request is refused. */
  readonly request_digest: string;
  /** The stamp: derived from the entry, before anything was tried. */
  readonly message_id: string;
  /** The Message-ID that the server gave instead; null where it kept ours, or does not say. */
  readonly filed_as: string | null;
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
  /** How often it has been looked for since the last attempt. */
  readonly looks: number;
  /** Of the running or last attempt: when it has ended for certain. Checked right before the wire; null while nothing has come there. */
  readonly deadline: number | null;
  /** JSON: the transport and the `refSpace` of the running or last attempt. */
  readonly route: string | null;
  /** JSON: what the transport staged. */
  readonly staged: string | null;
  /** JSON: class and code; the words are sealed. */
  readonly last_error: string | null;
  readonly sent_at: number | null;
  /** The copy in Sent, where the server makes none; null: nothing is to be done. */
  readonly copy: 'due' | 'filed' | 'failed' | null;
  /** When the first report of failure came back. */
  readonly bounced_at: number | null;
  /** W3C traceparent of its submission; null where nobody traced it. */
  readonly trace: string | null;
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
  /** When it was written: parts of a submission that never ended are cleared away. */
  readonly at: number;
}

export interface OutboxEventTable {
  readonly outbox: string;
  readonly number: number;
  readonly at: number;
  readonly what: string;
  /** JSON. */
  readonly detail: string | null;
}
