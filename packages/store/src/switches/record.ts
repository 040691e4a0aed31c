import type { Detail } from '../deployment/journal.ts';
import type { SwitchTable } from '../schema/deployment.ts';

/**
 * `soaking`: it is flipped, and can be rolled back at once. `completed`, `rolled-back` and `cancelled` are its ends. Only a flip changes
 * anything for the mailbox.
 */
export type SwitchState = SwitchTable['state'];

/** A mailbox on its way from one flow to another. */
export interface SwitchRecord {
  readonly id: string;
  readonly mailbox: string;
  readonly state: SwitchState;
  /** From where to where, in the words of whoever planned it. */
  readonly plan: Detail;
  readonly who: string;
  /** That of its last flip, there or back; absent before. */
  readonly revision?: number;
  readonly soakUntil?: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type NewSwitch = Pick<SwitchRecord, 'id' | 'mailbox' | 'plan' | 'who'>;

const OVER: readonly SwitchState[] = ['completed', 'rolled-back', 'cancelled'];

/** Nothing becomes of it any more. */
export const isSwitchOver = (state: SwitchState): boolean => OVER.includes(state);

export const toSwitch = ({ id, mailbox, state, plan, who, revision, soak_until: soakUntil, created_at: createdAt, updated_at: updatedAt }: SwitchTable): SwitchRecord => ({
  id,
  mailbox,
  state,
  plan: JSON.parse(plan) as Detail,
  who,
  ...(revision !== null && { revision }),
  ...(soakUntil !== null && { soakUntil: new Date(soakUntil) }),
  createdAt: new Date(createdAt),
  updatedAt: new Date(updatedAt),
});
