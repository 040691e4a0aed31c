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
