import type { SelfTest } from './verdict/self-test.ts';
import type { Verdict } from './verdict/verdict.ts';

/** What came of a run. */
export interface Result {
  readonly options: { readonly seed: number; readonly messages: number; readonly mailboxes: number; readonly kills: number; readonly sends: number; readonly downMs: number; readonly store: 'embedded' | 'postgresql' };
  readonly ok: boolean;
  /** Why the run failed, in sentences. */
  readonly failures: readonly string[];
  readonly verdict: Verdict;
  readonly selfTest: SelfTest;
  readonly router: { readonly kills: number; readonly ownEnds: readonly string[]; readonly exitCode?: number };
  /** From the last fault to the last delivery that was closed; absent where that never came. */
  readonly settledAfterMs?: number;
  readonly durationMs: number;
  readonly faults: readonly FaultCount[];
}

export interface FaultCount {
  readonly name: string;
  readonly set: number;
  readonly struck: number;
}
