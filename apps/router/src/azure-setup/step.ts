import type { SetupPlan } from './plan.ts';
import type { Source } from './sources.ts';

/** Who has to sit at the keyboard. */
export type Administrator = 'entra' | 'exchange' | 'operator';

/** One thing to do, with everything that is needed to do it. */
export interface SetupStep {
  readonly id: string;
  readonly title: string;
  readonly who: Administrator;
  /** What it is good for, and what goes wrong without it. */
  readonly why: string;
  /** Where to click, one sentence each; empty where no page does it. */
  readonly portal: readonly string[];
  /** PowerShell lines; empty where nothing is to be done by script. */
  readonly script: readonly string[];
  /** What the lines talk to, and so has to be signed in to first. */
  readonly tools: readonly Tool[];
  /** Lines for signalbox.yaml. */
  readonly configuration: readonly string[];
  /** Command lines of Signalbox itself. */
  readonly commands: readonly string[];
  readonly sources: readonly Source[];
}

export type Tool = 'azure-cli' | 'exchange-online';

/** A step before it is known for whom. */
export interface StepTemplate {
  readonly id: string;
  /** Whether the plan needs it. */
  readonly applies: (plan: SetupPlan) => boolean;
  readonly write: (plan: SetupPlan) => StepText;
}

type Optional = 'portal' | 'script' | 'tools' | 'configuration' | 'commands';
export type StepText = Omit<SetupStep, 'id' | Optional> & Partial<Pick<SetupStep, Optional>>;

export const writeStep = ({ id, write }: StepTemplate, plan: SetupPlan): SetupStep => ({ portal: [], script: [], tools: [], configuration: [], commands: [], ...write(plan), id });
