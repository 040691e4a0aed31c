import type { Sending } from '@signalbox/router';
import type { TenantClock } from '@signalbox/tenant-sim';
import type { SendChildSettings } from '../send-child.ts';
import type { StormField } from './plan.ts';

/** Servers, mailboxes on them, and an outbox that several processes send from. */
export interface StormWorld<F> extends AsyncDisposable {
  readonly field: StormField<F>;
  readonly sending: Sending;
  /** Everybody's, senders in processes of their own included. */
  readonly clock: TenantClock;
  readonly recipient: string;
  /** For a sender in a process of its own. */
  readonly child: Pick<SendChildSettings, 'config' | 'files' | 'control'>;
  begin(faults: readonly F[]): void;
  /** What has become of it all, by the servers: once nothing is under way. The outbox is not asked. */
  count(): Promise<Counted>;
}

export interface Counted {
  /** A subject for each mail that left. */
  readonly left: readonly string[];
  readonly copies: number;
  readonly drafts: number;
  /** Faults that found something to strike. */
  readonly strikes: number;
}
