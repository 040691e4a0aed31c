import { badRequest } from '../http/graph-error.ts';
import { textIn } from '../write/input.ts';

const MINUTE = 60_000;
const LONGEST = 10_080;
/** With resource data. */
const LONGEST_RICH = 1_440;
/** Anything shorter is made this long. */
const SHORTEST = 45;

/** FACTS.md E14. */
export function expirationIn(value: unknown, isRich: boolean, now: Date): number {
  const expiresAt = Date.parse(textIn('expirationDateTime', value));
  const longest = isRich ? LONGEST_RICH : LONGEST;
  if (Number.isNaN(expiresAt) || expiresAt <= now.getTime()) throw badRequest('Subscription expiration date and time has to be in the future.', 'InvalidRequest');
  if (expiresAt > now.getTime() + longest * MINUTE) throw badRequest(`Subscription expiration can only be ${longest} minutes in the future.`, 'InvalidRequest');
  return Math.max(expiresAt, now.getTime() + SHORTEST * MINUTE);
}
