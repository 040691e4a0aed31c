import { isMailError, type MailError, type Probe, type ProbeCheck } from '@signalbox/core';
import type { Session } from './session.ts';

/** Signs in anew, so that a credential that was refused meanwhile shows, and looks into the inbox. */
export function createProbe(session: Session): Probe {
  const steps: readonly (readonly [ProbeCheck['name'], (signal?: AbortSignal) => Promise<unknown>])[] = [
    ['authenticate', (signal) => session.signIn(signal)],
    ['receive', (signal) => session.request((mailbox) => mailbox.folder('inbox').messages.length, signal)],
    ['mutate', (signal) => session.request((mailbox) => mailbox.folder('trash').id, signal)],
    ['send', (signal) => session.request((mailbox) => mailbox.address, signal)],
  ];
  return {
    async check({ signal } = {}) {
      signal?.throwIfAborted();
      const checks: ProbeCheck[] = [];
      let failure: MailError | undefined;
      for (const [name, step] of steps) {
        const began = session.clock.now().getTime();
        const durationMs = (): number => Math.max(0, session.clock.now().getTime() - began);
        try {
          if (!failure) await step(signal);
          checks.push({ name, status: failure ? 'skipped' : 'pass', durationMs: durationMs() });
        } catch (error) {
          signal?.throwIfAborted();
          if (!isMailError(error)) throw error;
          failure = error;
          checks.push({ name, status: 'fail', error, durationMs: durationMs() });
        }
      }
      return { checks };
    },
  };
}
