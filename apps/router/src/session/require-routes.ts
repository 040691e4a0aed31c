import type { MailboxRoutes } from '@signalbox/router';
import type { Session } from './session.ts';

/** A mailbox of which no direction works is told with the places in the file. Throws `ConfigError`. */
export async function requireRoutes({ config }: Session, { receive, send, problems }: MailboxRoutes): Promise<void> {
  if (receive ?? send) return;
  const { ConfigError } = await import('@signalbox/router');
  throw new ConfigError(config.file, problems);
}
