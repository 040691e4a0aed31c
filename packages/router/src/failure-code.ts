import { isMailError } from '@signalbox/core';
import { isRouterError } from '@signalbox/store';

/** What a failure is called wherever it is told: in logs, spans and metrics. `internal`: nobody has foreseen it. */
export function codeOf(error: unknown): string {
  if (isMailError(error) || isRouterError(error)) return error.code;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'internal';
}
