import { type Span, SpanKind } from '@opentelemetry/api';
import type { Clock } from '@signalbox/core';
import type { Delivery as DeliveryRow } from '@signalbox/store';
import { asAttributes } from '../telemetry/metrics.ts';
import { fail, messaging, type Telemetry } from '../telemetry/telemetry.ts';
import { traceparentOf } from '../telemetry/traceparent.ts';

/** How a handing over ended. `expired`: nobody answered in time. `left`: whoever had it does not listen any more. */
export type HandOverEnd = 'acknowledged' | 'refused' | 'dead' | 'expired' | 'left';

/** Tells of what is in consumers' hands: each from the handing over to its answer. As many are kept as are handed over. */
export interface HandOvers {
  begin(row: DeliveryRow): void;
  /** The traceparent of the handing over, for whoever does something about it; of the delivery where it is in nobody's hands here. */
  traceOf(id: string, otherwise?: string): string | undefined;
  /** Tells of an answer, and of the handing over that it ends. `work` answers how that is. */
  settle<T>(name: 'ack' | 'nack', answer: Answer, work: () => Promise<T>, endOf: (result: T) => HandOverEnd): Promise<T>;
  end(id: string, how: HandOverEnd): void;
}

export interface Answer {
  readonly id: string;
  readonly mailbox?: string | undefined;
  /** Of the delivery, where it is known. */
  readonly trace?: string | undefined;
}

export function createHandOvers({ clock, telemetry }: { readonly clock: Clock; readonly telemetry: Telemetry }): HandOvers {
  const open = new Map<string, { readonly span: Span; readonly mailbox: string; readonly began: number }>();
  const { metrics } = telemetry;
  const end = (id: string, how: HandOverEnd): void => {
    const known = open.get(id);
    if (!known) return;
    open.delete(id);
    metrics.processing.record((performance.now() - known.began) / 1000, asAttributes({ 'signalbox.delivery.outcome': how }));
    known.span.setAttribute('signalbox.delivery.outcome', how).end();
  };
  const traceOf = (id: string, otherwise?: string): string | undefined => {
    const known = open.get(id);
    return (known && traceparentOf(known.span.spanContext())) ?? otherwise;
  };
  return {
    begin({ id, mailbox, attempts, arrivedAt, trace }) {
      end(id, 'expired'); // it was here before, and comes again
      metrics.handedOver.add(1);
      if (attempts === 1) metrics.age.record(Math.max(0, clock.now().getTime() - arrivedAt) / 1000);
      const facts = { ...messaging('deliver', 'process', mailbox, id), 'signalbox.delivery.attempt': attempts };
      open.set(id, { span: telemetry.start('deliver', { kind: SpanKind.CONSUMER, from: trace, facts }), mailbox, began: performance.now() });
    },
    traceOf,
    async settle(name, { id, mailbox = open.get(id)?.mailbox, trace }, work, endOf) {
      const span = telemetry.start(name, { kind: SpanKind.CLIENT, from: traceOf(id, trace), facts: messaging(name, 'settle', mailbox ?? 'unknown', id) });
      try {
        const result = await work();
        const how = endOf(result);
        metrics.settled.add(1, asAttributes({ 'signalbox.delivery.outcome': how }));
        end(id, how);
        return result;
      } catch (error) {
        fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
    end,
  };
}
