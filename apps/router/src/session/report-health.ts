import type { Clock } from '@signalbox/core';
import type { ReceivingStatus, Router } from '@signalbox/router';
import type { HealthReport, Store } from '@signalbox/store';

export interface ReportHealthOptions {
  readonly router: Pick<Router, 'status'>;
  readonly store: Pick<Store, 'health'>;
  readonly clock: Clock;
  /** For JSON, without secrets. */
  readonly describeError: (error: unknown) => unknown;
  readonly signal: AbortSignal;
}

const FIRST_MS = 1_000;
const EVERY_MS = 5_000;
/** What has not changed but for its sweep is written so often: ten thousand mailboxes are swept every minute. */
const UNCHANGED_MS = 30_000;

/** Writes down how every mailbox goes, for `status` in another process. What cannot be written now is written the next time. */
export async function reportHealth({ router, store, clock, describeError, signal }: ReportHealthOptions): Promise<void> {
  const written = new Map<string, { readonly text: string; readonly at: number }>();
  for (let wait = FIRST_MS; !signal.aborted; wait = EVERY_MS) {
    await clock.sleep(wait, signal).catch(() => {}); // aborted
    if (signal.aborted) return;
    const now = clock.now().getTime();
    try {
      const reports = (await router.status()).map((status) => reportOf(status, describeError));
      const textOf = ({ completeUpTo: _each, ...report }: ReturnType<typeof reportOf>): string => JSON.stringify(report);
      const due = reports.filter((report) => {
        const before = written.get(report.mailbox);
        return !before || before.text !== textOf(report) || now - before.at >= UNCHANGED_MS || now < before.at;
      });
      if (due.length === 0) continue;
      await store.health.report(due);
      for (const report of due) written.set(report.mailbox, { text: textOf(report), at: now });
    } catch {
      continue; // nothing is decided by it
    }
  }
}

function reportOf({ mailbox, state, completeUpTo, folders, error }: ReceivingStatus, describeError: (error: unknown) => unknown): Omit<HealthReport, 'at'> {
  const retryAt = folders.map((folder) => folder.retryAt?.getTime() ?? Infinity).reduce((a, b) => Math.min(a, b), Infinity);
  return {
    mailbox,
    direction: 'receive',
    state,
    ...(completeUpTo && { completeUpTo: completeUpTo.getTime() }),
    ...(Number.isFinite(retryAt) && { retryAt }),
    ...(error && { error: JSON.stringify(describeError(error)) }),
  };
}
