import { isMailError } from '@signalbox/core';
import type { Connections, MailboxRoutes } from '@signalbox/router';

/**
 * What to run where a mailbox cannot receive until somebody signs in; nothing where no sign-in of ours would help.
 * Never throws: it is about a failure that was told already.
 */
export async function signInCommand(connections: Connections, { mailbox }: MailboxRoutes, error: unknown): Promise<string | undefined> {
  if (!asksForSignIn(error)) return undefined;
  const provider = await connections.auth(mailbox.id, 'receive').catch(() => undefined);
  return provider?.login ? `signalbox auth sign-in ${mailbox.id}` : undefined;
}

/** A mail server that refuses what it is shown asks for another credential: for a person that is a new sign-in. What Entra asks to replace is the application's. */
function asksForSignIn(error: unknown): boolean {
  if (!isMailError(error)) return false;
  const { remedy, detail } = error;
  return remedy?.action === 'sign-in-again' || (remedy?.action === 'replace-credential' && detail !== undefined && detail.protocol !== 'oauth' && detail.protocol !== 'file');
}
