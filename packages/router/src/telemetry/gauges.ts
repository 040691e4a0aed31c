import type { ObservableCallback, ObservableGauge } from '@opentelemetry/api';
import type { Clock } from '@signalbox/core';
import type { OutboxCount } from '@signalbox/store';
import type { ReceivingStatus } from '../receiving/status.ts';
import { asAttributes, type Metrics } from './metrics.ts';

/** Gauges that are asked for when somebody collects, until disposal. What cannot be answered then is missing in that collection, and nowhere else. */
export function observe(gauges: readonly (readonly [ObservableGauge, ObservableCallback])[]): Disposable {
  const quiet = gauges.map(([gauge, callback]) => {
    const safe: ObservableCallback = async (result) => Promise.resolve(callback(result)).catch(() => {}); // the store is away: that is told elsewhere
    gauge.addCallback(safe);
    return () => gauge.removeCallback(safe);
  });
  return {
    [Symbol.dispose]() {
      for (const remove of quiet) remove();
    },
  };
}

export interface ReceivingGauges {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly status: () => Promise<readonly ReceivingStatus[]>;
}

export function observeReceiving({ metrics, clock, status }: ReceivingGauges): Disposable {
  // One collection asks four gauges at once: the store is asked once.
  let asked: Promise<readonly ReceivingStatus[]> | undefined;
  const once = (): Promise<readonly ReceivingStatus[]> => {
    asked ??= status().finally(() => setImmediate(() => (asked = undefined)));
    return asked;
  };
  const byState = (count: (status: ReceivingStatus) => number): ObservableCallback => async (result) => {
    const sums = new Map<string, number>();
    for (const each of await once()) sums.set(each.state, (sums.get(each.state) ?? 0) + count(each));
    for (const [state, sum] of sums) result.observe(sum, asAttributes({ 'signalbox.mailbox.state': state }));
  };
  return observe([
    [metrics.mailboxes, byState(() => 1)],
    [metrics.open, byState(({ openDeliveries }) => openDeliveries)],
    [metrics.dead, async (result) => result.observe((await once()).reduce((sum, { deadDeliveries }) => sum + deadDeliveries, 0))],
    [
      metrics.lag,
      async (result) => {
        const swept = (await once()).flatMap(({ completeUpTo }) => (completeUpTo ? [completeUpTo.getTime()] : []));
        if (swept.length > 0) result.observe(Math.max(0, clock.now().getTime() - Math.min(...swept)) / 1000);
      },
    ],
  ]);
}

export function observeOutbox({ outbox }: Pick<Metrics, 'outbox'>, counts: () => Promise<readonly OutboxCount[]>): Disposable {
  return observe([
    [
      outbox,
      async (result) => {
        const sums = new Map<string, number>();
        for (const { state, count } of await counts()) sums.set(state, (sums.get(state) ?? 0) + count);
        for (const [state, sum] of sums) result.observe(sum, asAttributes({ 'signalbox.outbox.state': state }));
      },
    ],
  ]);
}
