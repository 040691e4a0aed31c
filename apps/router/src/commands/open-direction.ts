import type { MailTransport } from '@signalbox/core';
import type { Direction, MailboxRoutes } from '@signalbox/router';
import type { Session } from '../session/session.ts';
import { UsageError } from '../usage-error.ts';

/** Opens one direction of a mailbox. A broken route is told with its place in the file, one that is not wanted as a mistake of the caller. */
export async function openDirection({ connections, config }: Session, routes: MailboxRoutes, direction: Direction, signal: AbortSignal): Promise<MailTransport> {
  const { mailbox, wanted, problems } = routes;
  if (!wanted.includes(direction)) {
    throw new UsageError(`The mailbox "${mailbox.id}" is not configured to ${direction}.`, `Give it a flow with \`${direction}:\` or \`flow:\` in ${config.file}.`);
  }
  if (!routes[direction]) {
    const { ConfigError } = await import('@signalbox/router');
    throw new ConfigError(config.file, problems);
  }
  return connections.open(mailbox.id, direction, { signal });
}
