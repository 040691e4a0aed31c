import type { ConsumerLine, SenderLine, TenantLine } from '../logs.ts';
import { judgeReceiving, type ReceivingVerdict } from './receiving.ts';
import { judgeSending, type SendingVerdict } from './sending.ts';

export interface Logs {
  readonly tenant: readonly TenantLine[];
  readonly consumer: readonly ConsumerLine[];
  readonly sender: readonly SenderLine[];
  readonly held: ReadonlySet<string>;
}

export interface Verdict {
  readonly receiving: ReceivingVerdict;
  readonly sending: SendingVerdict;
}

export const judge = ({ tenant, consumer, sender, held }: Logs): Verdict => ({ receiving: judgeReceiving(tenant, consumer), sending: judgeSending(tenant, sender, held) });

/** Whether every mail is accounted for. */
export const isFlawless = ({ receiving: { lost, doubled, unasked, mixed }, sending }: Verdict): boolean =>
  [lost, doubled, unasked, mixed, sending.lost, sending.doubled, sending.unasked].every(({ length }) => length === 0);
