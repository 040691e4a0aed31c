import type { MailError } from '@signalbox/core';
import type { RouterError } from '@signalbox/store';

/**
 * `paused`: somebody said that nobody shall work on it. `elsewhere`: another router has the mailbox. `retrying`: something failed, and it is tried again. `broken`: the configuration gives it no way
 * to receive.
 */
export type ReceivingState = 'starting' | 'paused' | 'elsewhere' | 'active' | 'retrying' | 'broken' | 'stopped';

export interface FolderStatus {
  /** As the configuration names it: its role or its path. */
  readonly folder: string;
  readonly state: ReceivingState;
  /** Everything that was visible in the folder then has been recorded. */
  readonly completeUpTo?: Date;
  readonly error?: MailError | RouterError;
  readonly retryAt?: Date;
}

/** How the receiving of a mailbox goes. */
export interface ReceivingStatus {
  readonly mailbox: string;
  readonly state: ReceivingState;
  /** The earliest of its folders; absent while one of them has not been swept yet. */
  readonly completeUpTo?: Date;
  readonly folders: readonly FolderStatus[];
  readonly openDeliveries: number;
  readonly deadDeliveries: number;
  /** Arrival of the oldest delivery that nobody has acknowledged. */
  readonly oldestOpen?: Date;
  readonly error?: MailError | RouterError;
}

/** What is worst of its folders is what is said of a mailbox. */
const WORST: readonly ReceivingState[] = ['broken', 'paused', 'retrying', 'elsewhere', 'starting', 'stopped', 'active'];

export function summarise(folders: readonly FolderStatus[]): Pick<ReceivingStatus, 'state' | 'completeUpTo' | 'error'> {
  const state = WORST.find((candidate) => folders.some((folder) => folder.state === candidate)) ?? 'starting';
  const swept = folders.map(({ completeUpTo }) => completeUpTo);
  const earliest = swept.length === 0 || swept.includes(undefined) ? undefined : new Date(Math.min(...swept.map((date) => date?.getTime() ?? 0)));
  const error = folders.find((folder) => folder.state === state && folder.error)?.error;
  return { state, ...(earliest && { completeUpTo: earliest }), ...(error && { error }) };
}
