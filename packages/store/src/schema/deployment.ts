/** A configuration that was deployed. None is ever changed. */
export interface RevisionTable {
  /** 1 for the first, without holes. */
  readonly number: number;
  readonly digest: string;
  /** The text, sealed as `revision` and the number. */
  readonly sealed: string;
  readonly key_id: string;
  readonly summary: string;
  readonly who: string;
  readonly applied_at: number;
}

/** The steps of a switch. */
export interface JournalTable {
  readonly mailbox: string;
  readonly switch: string;
  readonly step: number;
  readonly at: number;
  readonly what: string;
  /** JSON. */
  readonly detail: string | null;
}

/** Who changed what. */
export interface AuditTable {
  readonly id: string;
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly subject: string;
  /** JSON. */
  readonly detail: string | null;
}
