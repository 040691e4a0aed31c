/** The last parameter of every call that does I/O. */
export interface CallOptions {
  /** Checked before the first byte of I/O; an abort rejects with `signal.reason` itself, never with a `MailError`. */
  readonly signal?: AbortSignal;
}
