import type { CallOptions } from './call-options.ts';
import type { MailError } from './mail-error.ts';
import type { Facet } from './transport.ts';

/** Tells whether a mailbox works, and what is missing. */
export interface Probe {
  /** Reads and authenticates; never sends, marks or moves. Reports instead of throwing, except on abort. */
  check(options?: CallOptions): Promise<ProbeReport>;
}

export interface ProbeReport {
  /** In the order they were made; after a failure the rest is `skipped`. */
  readonly checks: readonly ProbeCheck[];
}

export type ProbeCheck = {
  readonly name: 'reach' | 'authenticate' | Facet;
  readonly durationMs: number;
} & ({ readonly status: 'pass' | 'skipped' } | { readonly status: 'fail'; readonly error: MailError });
