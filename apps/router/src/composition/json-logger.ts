import type { Clock, Logger, LogLevel } from '@signalbox/core';
import { codeOf, nameOf, wordsOf } from '../told-error.ts';

export interface JsonLoggerOptions {
  readonly write: (line: string) => void;
  readonly clock: Clock;
  /** Replaces the secrets of the configuration, should a plugin have let one slip into a field. */
  readonly redact: (text: string) => string;
}

/** One JSON object per line: `time`, `level`, `event`, and the event's own fields. */
export const createJsonLogger = ({ write, clock, redact }: JsonLoggerOptions): Logger => ({
  log(level: LogLevel, event, fields) {
    const line = JSON.stringify({ time: clock.now().toISOString(), level, event, ...fields }, describeErrors);
    write(`${redact(line)}\n`);
  },
});

/** Says nothing. */
export const silentLogger: Logger = { log() {} };

// JSON knows no errors: without this a logged one would read `{}`.
const describeErrors = (_key: string, value: unknown): unknown => {
  if (!(value instanceof Error)) return value;
  const code = codeOf(value);
  return { name: nameOf(value), message: wordsOf(value), ...(code !== undefined && { code }) };
};
