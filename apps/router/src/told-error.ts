import { isMailError, type MailError } from '@signalbox/core';
import type { RouterError } from '@signalbox/store';
import { getSystemErrorMessage } from 'node:util';
import { ConsumerUnavailable } from './hand-over/unavailable.ts';
import { UsageError } from './usage-error.ts';

/** What plugins throw, and what the router and its store do: the same fields. Told by them, because help must not load the store for it. */
export const isExplained = (error: unknown): error is MailError | RouterError =>
  isMailError(error) || (error instanceof Error && '$type' in error && error.$type === 'signalbox/router-error');

/**
 * What an error says, where that is ours or the system's. Anything else is a mistake in the program or in a plugin: what it says may quote a header, a token or a
 * request, and nobody has looked through it for secrets, so its kind has to do.
 */
export const wordsOf = (error: unknown): string => knownWordsOf(error) ?? `A mistake in the program, or in a plugin: ${kindOf(error)}. What it says is left out, because it may hold a secret.`;

/** Nobody has foreseen it: where it was is all there is to find it by. */
export const isMistake = (error: unknown): boolean => knownWordsOf(error) === undefined;

function knownWordsOf(error: unknown): string | undefined {
  if (isExplained(error) || error instanceof UsageError || error instanceof ConsumerUnavailable) return error.message;
  return isSystemError(error) ? systemWordsOf(error) : undefined;
}

interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  readonly path?: unknown;
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'errno' in error && typeof error.errno === 'number' && 'code' in error && typeof error.code === 'string' && /^E[A-Z0-9_]{1,30}$/.test(error.code) && 'syscall' in error && typeof error.syscall === 'string';

/** As Node words it, from the parts: a plugin may have said more. */
function systemWordsOf({ code, errno, syscall, path }: SystemError): string {
  const call = /^\w{1,30}/.exec(syscall)?.[0];
  return [`${code}: ${getSystemErrorMessage(errno)}`, ...(call === undefined ? [] : [`${call}${typeof path === 'string' ? ` '${path}'` : ''}`])].join(', ');
}

/** Its name and its code, where they are words and not sentences. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return `something that is no error, but of the type ${typeof error}`;
  const code = codeOf(error);
  return `${nameOf(error)}${code === undefined ? '' : ` (${code})`}`;
}

export const nameOf = ({ name }: Error): string => (typeof name === 'string' && /^\w{1,60}$/.test(name) ? name : 'Error');

export const codeOf = (error: Error): string | undefined => ('code' in error && typeof error.code === 'string' && /^[\w.-]{1,60}$/.test(error.code) ? error.code : undefined);

/** Where in the program it was, and what caused it. `headOf`: what is said of each. */
export function traceOf(error: unknown, headOf: (error: Error) => string): readonly string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  for (let each = error; each instanceof Error && !seen.has(each); each = each.cause) {
    lines.push(`${seen.size === 0 ? '' : 'Caused by: '}${headOf(each)}`, ...framesOf(each));
    seen.add(each);
  }
  return lines;
}

/** A message may have lines that look like these. It stands before those of the stack, which come last and in one piece. */
function framesOf({ message, stack = '' }: Error): readonly string[] {
  const [begin, said] = [stack.indexOf(message), message.length];
  const lines = (begin === -1 ? stack : stack.slice(begin + said)).split('\n');
  const from = lines.findLastIndex((line) => !/^ {4}at /.test(line)) + 1;
  return lines.slice(from);
}
