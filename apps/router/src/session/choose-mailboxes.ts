import type { MailboxRoutes } from '@signalbox/router';
import { closest } from '../suggest.ts';
import { UsageError } from '../usage-error.ts';

/** The mailboxes that a person named by id or address, in the order of the configuration; all of them when none is named. Throws `UsageError`. */
export function chooseMailboxes(routes: readonly MailboxRoutes[], wanted: readonly string[]): readonly MailboxRoutes[] {
  if (wanted.length === 0) return routes;
  const chosen = new Set(wanted.map((name) => chooseMailbox(routes, name)));
  return routes.filter((each) => chosen.has(each));
}

/** Throws `UsageError` with the nearest name that exists. */
export function chooseMailbox(routes: readonly MailboxRoutes[], name: string): MailboxRoutes {
  const found = routes.find(({ mailbox }) => mailbox.id === name) ?? routes.find(({ mailbox }) => mailbox.address.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const names = name.includes('@') ? routes.map(({ mailbox }) => mailbox.address) : routes.map(({ mailbox }) => mailbox.id);
  const near = closest(name, names);
  throw new UsageError(`There is no mailbox "${name}" in the configuration.`, near ? `Did you mean "${near}"?` : `There ${names.length === 1 ? 'is' : 'are'}: ${list(names)}.`);
}

const list = (names: readonly string[]): string => (names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', '));
