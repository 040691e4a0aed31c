import type { Detail } from '@signalbox/store';
import type { DeployedMailbox } from '../deployment/deployed.ts';
import type { WrittenFlowFields, WrittenFlows } from '../deployment/with-flows.ts';

/** What is written down of a switch when it begins, and all that the way back needs. JSON-safe, and free of secrets. */
export interface SwitchPlan {
  readonly from: WrittenFlows;
  readonly to: WrittenFlows;
  /** What the entry of the mailbox said about its flows. */
  readonly fields: WrittenFlowFields;
  /** What that meant. */
  readonly before: Pick<DeployedMailbox, 'receive' | 'send'>;
}

export const planOf = ({ from, to, fields, before: { receive, send } }: SwitchPlan): Detail => ({ from, to, fields, before: { ...(receive && { receive }), ...(send && { send }) } });

/** The store gives back what `planOf` made. */
export const readPlan = (plan: Detail): SwitchPlan => plan as unknown as SwitchPlan;
