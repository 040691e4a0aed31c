const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * RFC 9051 §9 date-time in UTC. Written here because hoodiecrow's own formatter turns the sign of the time zone round.
 */
export function formatInternalDate(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}

export const parseInternalDate = (text: string): Date => new Date(text.trim().replace(/^(\d+)-(\w+)-/, '$1 $2 '));
