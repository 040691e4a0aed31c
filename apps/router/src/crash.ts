import { kindOf, traceOf } from './told-error.ts';

/**
 * What is said of an error that nobody has caught, which is a mistake in the program or in a plugin: its kind, its code and where it was. What it says
 * and carries stays out, because that may quote a header or a request, and nobody has looked through it for secrets.
 */
export function crashText(error: unknown): string {
  const head = 'signalbox ends: a mistake in the program, or in a plugin.';
  const lines = error instanceof Error ? traceOf(error, kindOf) : [`Something was thrown that is no error, but of the type ${typeof error}.`];
  const rest = 'What the error says is left out, because it may hold a secret. Report these lines; everything that was recorded is kept.';
  return `${head}\n${lines.join('\n')}\n${rest}\n`;
}
