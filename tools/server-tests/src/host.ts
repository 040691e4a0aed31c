import type { LoggedEvent } from '@signalbox/conformance';
import type { HostServices } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';

/** What a plugin gets from these tests: the real clock, a log that is kept, and trust in the lab's own CA. */
export const hostServices = (ca: string, logged: LoggedEvent[] = []): HostServices => ({
  clock: systemClock,
  fetch: globalThis.fetch,
  log: { log: (level, event, fields) => void logged.push({ level, event, ...(fields && { fields }) }) },
  network: { ca: [ca] },
});
