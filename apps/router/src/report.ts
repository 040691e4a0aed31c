import { isConfigError } from '@signalbox/router';
import type { Call } from './call.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { Interrupted } from './interrupted.ts';
import { UsageError } from './usage-error.ts';
import { asMailError, failureJson, renderFailure } from './view/failure.ts';
import { renderProblems } from './view/problems.ts';
import { wrap } from './view/text.ts';

/** Tells a failure that ends the command: as JSON where that was asked for, otherwise for people. */
export function report(call: Call, thrown: unknown): ExitCode {
  const { io, terminal, options } = call;
  const error = asMailError(thrown);
  if (error instanceof Interrupted || (io.signal.aborted && error === io.signal.reason)) {
    terminal.err.print('Interrupted.');
    return EXIT.interrupted;
  }
  if (options.json) terminal.json({ ok: false, error: errorJson(call, error) });
  else terminal.err.print(errorText(call, error));
  if (isConfigError(error)) return EXIT.config;
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

function errorJson({ file, redact }: Call, error: unknown): unknown {
  if (isConfigError(error)) return { code: error.code, file, problems: error.problems };
  if (error instanceof UsageError) return { code: 'usage', message: error.message, hint: error.hint };
  return failureJson(error, redact);
}

function errorText({ terminal: { err }, options, shownFile, redact }: Call, error: unknown): string {
  const { colors } = err;
  if (isConfigError(error)) {
    const count = error.problems.length;
    const heading = `${colors.red('✘')} The configuration cannot be used: ${count === 1 ? 'one problem' : `${count} problems`}.`;
    return `${heading}\n\n${renderProblems(error.problems, shownFile, err)}`;
  }
  if (error instanceof UsageError) return [`${colors.red('error:')} ${error.message}`, ...(error.hint ? [error.hint] : [])].map((text) => wrap(text, err.width)).join('\n');
  return `${colors.red('✘')} ${renderFailure(error, { channel: { colors, width: err.width - 2 }, redact, verbose: options.verbose ?? false })}`;
}
