import type { Clock, Logger, LogLevel } from '@signalbox/core';

/** One event about a deadline, with its own fields, as a line of the structured log has them. */
export interface DeadlineNews {
  readonly time: string;
  readonly level: LogLevel;
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface DeadlineLoggerOptions {
  readonly clock: Clock;
  readonly tell: (news: DeadlineNews) => void;
}

const EVENTS: ReadonlySet<string> = new Set(['auth.deadline-near', 'auth.deadline-passed']);

/**
 * Passes on deadlines, and nothing else. A provider of credentials tells each threshold once over all processes: a
 * command that kept it to itself would have kept it from everybody.
 */
export const createDeadlineLogger = ({ clock, tell }: DeadlineLoggerOptions): Logger => ({
  log(level, event, fields) {
    if (EVENTS.has(event)) tell({ time: clock.now().toISOString(), level, event, ...fields });
  },
});
