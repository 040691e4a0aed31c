const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const DATE_TIME = /^( ?\d|\d\d)-([A-Z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/i;
const DATE = /^(\d{1,2})-([A-Z]{3})-(\d{4})$/i;
export const DAY = 86_400_000;

const two = (value: number): string => String(value).padStart(2, '0');
const monthOf = (name = ''): number => MONTHS.findIndex((month) => month.toUpperCase() === name.toUpperCase());

/** RFC 9051 §9 date-time, in UTC: INTERNALDATE knows whole seconds only. */
export function formatInternalDate(date: Date): string {
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((value) => two(value)).join(':');
  return `${String(date.getUTCDate()).padStart(2, ' ')}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}

/** The instant that APPEND's date-time means; nothing for one that is none. */
export function parseInternalDate(text: string): Date | undefined {
  const [, day, month, year, hour, minute, second, sign, zoneHour, zoneMinute] = DATE_TIME.exec(text) ?? [];
  const monthIndex = monthOf(month);
  if (year === undefined || monthIndex === -1) return undefined;
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -60_000 : 60_000);
  return new Date(Date.UTC(Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second)) - zone);
}

/** The beginning of the day that SEARCH's date means, in UTC. */
export function parseSearchDate(text: string): number | undefined {
  const [, day, month, year] = DATE.exec(text) ?? [];
  const monthIndex = monthOf(month);
  return year === undefined || monthIndex === -1 ? undefined : Date.UTC(Number(year), monthIndex, Number(day));
}
