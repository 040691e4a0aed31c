import { SpanKind } from '@opentelemetry/api';
import type { Clock } from '@signalbox/core';
import type { Ledger, LedgerWrite } from '@signalbox/store';
import { fail, messaging, type Telemetry } from '../telemetry/telemetry.ts';
import { traceparentOf } from '../telemetry/traceparent.ts';

/** What had shown the messages, and when it began to look. */
export interface Showing {
  readonly by: 'sweep' | 'listing' | 'audit';
  readonly began?: Date;
}

export interface RecordContext {
  readonly ledger: Pick<Ledger, 'record'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** A server may say of a sweep that it began long ago; a trace of hours tells nobody anything. */
const LONGEST_SWEEP_MS = 10 * 60_000;

/**
 * Writes down what was seen. Where it brings deliveries a trace begins: it says when the sweep began, and goes on from the span of each delivery,
 * which is stored with it. A sweep that brings nothing leaves no trace, as most do.
 */
export async function recordTraced({ ledger, clock, telemetry }: RecordContext, write: LedgerWrite, { by, began }: Showing): Promise<void> {
  const { deliveries = [], holding: { mailbox } } = write;
  if (deliveries.length === 0) return ledger.record(write);
  telemetry.metrics.recorded.add(deliveries.length);
  const elapsed = began ? Math.min(LONGEST_SWEEP_MS, Math.max(0, clock.now().getTime() - began.getTime())) : 0;
  const facts = { ...messaging('sweep', 'receive', mailbox), 'messaging.batch.message_count': deliveries.length, 'signalbox.sweep.kind': by };
  // By the system's clock, as all spans: that of the router may be another one's.
  const sweep = telemetry.start('sweep', { kind: SpanKind.CLIENT, facts, startTime: Date.now() - elapsed });
  if (traceparentOf(sweep.spanContext()) === undefined) return ledger.record(write);
  const spans = deliveries.map(({ id }) => telemetry.start('record', { kind: SpanKind.PRODUCER, under: sweep, facts: messaging('record', 'create', mailbox, id) }));
  const all = [...spans, sweep];
  try {
    const traced = deliveries.map((delivery, index) => {
      const trace = traceparentOf((spans[index] ?? sweep).spanContext());
      return { ...delivery, ...(trace !== undefined && { trace }) };
    });
    await ledger.record({ ...write, deliveries: traced });
  } catch (error) {
    for (const span of all) fail(span, error);
    throw error;
  } finally {
    for (const span of all) span.end();
  }
}
