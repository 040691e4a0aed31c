/** The row that every transaction on a mailbox's ledger touches first. */
export interface MailboxTable {
  /** The configuration's id. An address may change, an id does not. */
  readonly id: string;
  readonly address: string;
  /** `removed`: what is stored of it is being erased, and nobody may work on it any more. */
  readonly state: 'active' | 'paused' | 'removed';
  /** What the next delivery of this mailbox gets. */
  readonly next_sequence: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** How a direction of a mailbox goes, for whoever looks on. Nothing is decided by it. */
export interface HealthTable {
  readonly mailbox: string;
  readonly direction: 'receive' | 'send';
  readonly state: string;
  readonly complete_up_to: number | null;
  readonly retry_at: number | null;
  /** JSON. */
  readonly error: string | null;
  readonly at: number;
}

/** Who works on a mailbox in one direction. The row outlives the holder, for its epoch. */
export interface LeaseTable {
  readonly mailbox: string;
  readonly direction: 'receive' | 'send';
  /** Null: given back. */
  readonly owner: string | null;
  /** Grows by one with every acquisition, and never shrinks. */
  readonly epoch: number;
  /** By the clock of the database. */
  readonly until: number;
}
