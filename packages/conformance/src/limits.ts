/** How long cases wait, in milliseconds, and how much they move. Upper bounds only: a slow server passes, a hang does not. */
export interface CaseLimits {
  /** For a whole case. */
  readonly overallMs: number;
  /** For what must happen without outside help: a call to settle, a watch to learn of mail. */
  readonly settleMs: number;
  /** How large the large message of the cases is, in octets. */
  readonly largeOctets: number;
}

export const DEFAULT_LIMITS: CaseLimits = { overallMs: 30_000, settleMs: 10_000, largeOctets: 25 * 1024 * 1024 };
