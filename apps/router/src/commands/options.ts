import { InvalidArgumentError } from 'commander';

/** A whole number of at least one. */
export function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('Give a whole number of at least 1.');
  return number;
}

/** Gathers an option that may be given again, or several values between commas. */
export const addresses = (text: string, before: readonly string[] = []): readonly string[] => {
  const given = text.split(',').map((each) => each.trim());
  const wrong = given.find((each) => !/^[^\s@<>]+@[^\s@<>]+$/.test(each));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is not an address such as name@example.com.`);
  return [...before, ...given];
};

/** A moment, with its zone. */
export function instant(text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(date.getTime())) throw new InvalidArgumentError('Give a time with its zone, such as 2026-12-01T08:00:00Z.');
  return date;
}
