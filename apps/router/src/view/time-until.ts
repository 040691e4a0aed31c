import { plural } from './text.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Whole days that are left; negative where it is past. */
export const daysUntil = (at: Date, now: Date): number => Math.floor((at.getTime() - now.getTime()) / DAY);

/** `in 12 days`, `in 3 hours`, `over`: rounded down, so that nobody is promised more than there is. */
export function timeUntil(at: Date, now: Date): string {
  const left = at.getTime() - now.getTime();
  if (left <= 0) return 'over';
  if (left >= DAY) return `in ${plural(Math.floor(left / DAY), 'day')}`;
  return left >= HOUR ? `in ${plural(Math.floor(left / HOUR), 'hour')}` : `in ${plural(Math.max(1, Math.floor(left / MINUTE)), 'minute')}`;
}

/** `14:32` */
export function minutesAndSeconds(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
