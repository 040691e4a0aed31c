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

/** A mailbox on its way from one flow to another. */
export interface SwitchTable {
  readonly id: string;
  readonly mailbox: string;
  readonly state: 'planned' | 'checked' | 'soaking' | 'completed' | 'rolled-back' | 'cancelled';
  /** JSON: from where to where. */
  readonly plan: string;
  readonly who: string;
  /** That of its last flip, there or back. */
  readonly revision: number | null;
  /** Until then it is watched, once it is flipped. */
  readonly soak_until: number | null;
  readonly created_at: number;
  readonly updated_at: number;
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
