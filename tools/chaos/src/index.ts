export type { ConsumerLine, SenderLine, TenantLine } from './logs.ts';
export { makePlan, type Plan, type PlanOptions } from './plan/plan.ts';
export { isFlawless, judge, type Logs, type Verdict } from './verdict/verdict.ts';
