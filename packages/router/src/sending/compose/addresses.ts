import { type EmailAddress, MailError } from '@signalbox/core';
import { addressParser } from 'postal-mime';

/** The addresses in header texts, groups flattened and display names left out. */
export const addressesIn = (texts: readonly string[]): readonly EmailAddress[] =>
  texts.flatMap((text) => addressParser(text, { flatten: true })).flatMap(({ address }) => (address ? [address] : []));

/** Exchange and nearly everybody else take no notice of case, in both parts (RFC 5321 §2.4 would allow it in the first). */
const folded = (address: EmailAddress): string => address.toLowerCase();

/** The first of each. */
export const uniqueAddresses = (addresses: readonly EmailAddress[]): readonly EmailAddress[] => [...new Map(addresses.toReversed().map((each) => [folded(each), each])).values()].toReversed();

export function addressesWithout(addresses: readonly EmailAddress[], others: readonly EmailAddress[]): readonly EmailAddress[] {
  const left = new Set(others.map(folded));
  return addresses.filter((each) => !left.has(folded(each)));
}

/** Throws `message.refused` for what names nobody. */
export function demandAddresses(field: string, texts: readonly string[]): readonly EmailAddress[] {
  const addresses = addressesIn(texts);
  const unusable = texts.findIndex((text) => addressesIn([text]).length === 0) + 1;
  const bad = addresses.find((address) => !/^[^\s<>@]+@[^\s<>@]+$/.test(address));
  if (unusable === 0 && bad === undefined) return addresses;
  throw new MailError('message.refused', bad === undefined ? `Entry ${unusable} of "${field}" is no address.` : `${JSON.stringify(bad)} in "${field}" is no address.`, {
    remedy: { who: 'operator', action: 'fix-config', text: `Correct the addresses in "${field}".` },
  });
}
