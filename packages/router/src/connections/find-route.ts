import { MailError } from '@signalbox/core';
import { didYouMean } from '../config/suggest.ts';
import type { Direction } from '../routing/flow.ts';
import type { MailboxRoutes, Route } from '../routing/route.ts';

/** Throws `mailbox.not-found`, `config.invalid` for a broken direction, `capability.unsupported` for one that is not wanted. */
export function findRoute(routes: ReadonlyMap<string, MailboxRoutes>, mailboxId: string, direction: Direction): Route {
  const found = routes.get(mailboxId);
  if (!found) {
    const guess = didYouMean(mailboxId, routes.keys());
    throw new MailError('mailbox.not-found', `The configuration has no mailbox "${mailboxId}".${guess}`, {
      remedy: { who: 'operator', action: 'fix-config', text: 'Use the id of a configured mailbox, or add it to the configuration.' },
    });
  }
  const route = found[direction];
  if (route) return route;
  if (!found.wanted.includes(direction)) {
    throw new MailError('capability.unsupported', `The mailbox "${mailboxId}" is not configured to ${direction}.`, {
      remedy: { who: 'operator', action: 'fix-config', text: `Add "${direction}" with the name of a flow to the mailbox.` },
    });
  }
  throw broken(found, direction);
}

function broken({ mailbox, problems }: MailboxRoutes, direction: Direction): MailError {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const reasons = errors.map(({ path, message }) => `${path}: ${message}`).join(' ');
  return new MailError('config.invalid', `The mailbox "${mailbox.id}" cannot ${direction}. ${reasons}`, {
    remedy: { who: 'operator', action: 'fix-config', text: errors[0]?.remedy ?? 'Correct the configuration of the mailbox.' },
  });
}
