/** One row for each name: the record, and who may change it now. */
export interface TokenTable {
  /** In the clear: it must tell no secret. */
  readonly name: string;
  /** Which key sealed the record; null with `sealed`. */
  readonly key_id: string | null;
  /** Nonce, tag and ciphertext in base64; null while nothing is stored and somebody is thinking about it. */
  readonly sealed: string | null;
  /** Grows by one with every change of the record, so that a change begun before another is noticed. */
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly updated_at: number;
  /** Whose turn it is to change the record; null: nobody's. */
  readonly lease_owner: string | null;
  /** Milliseconds since 1970 by the clock of the database. */
  readonly lease_until: number | null;
}

/** A key that has sealed something that may still be there. Asked when a store opens, so that a wrong key stops there. */
export interface SealingKeyTable {
  readonly id: string;
  readonly since: number;
}
