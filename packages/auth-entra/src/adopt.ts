import { type Mailbox, MailError, type Secret } from '@signalbox/core';
import { accountOf } from './account.ts';
import { type ClientRequests, withKinds } from './client-requests.ts';
import { keepSignIn } from './keep-sign-in.ts';
import { RefusedError } from './roll-over.ts';
import { groupScopes, userScopes } from './scopes.ts';
import type { Services } from './services.ts';

export interface Adoption {
  readonly mailbox: Mailbox;
  readonly refreshToken: Secret;
  readonly signal?: AbortSignal;
}

/** "Issued to another client or not valid", and a token that Entra cannot even read. */
const NOT_OURS: ReadonlySet<number> = new Set([70000, 9002313]);

/**
 * Goes on from a sign-in that another program made with the same application. The other one keeps a token that works: using a refresh token
 * revokes nothing (FACTS.md A4), so that it can run on until it is stopped.
 */
export async function adopt(services: Services, requests: ClientRequests, { mailbox, refreshToken, signal }: Adoption): Promise<void> {
  signal?.throwIfAborted();
  const account = accountOf(services, mailbox);
  const [group] = groupScopes(services.config.scopes);
  const scopes = group ? userScopes(group, services.cloud) : [];
  try {
    const grants = await withKinds(requests.hasCredential ? ['confidential', 'public'] : ['public'], async (client) => {
      const token = refreshToken.reveal();
      const answer = await requests.ask({ account, kind: client, secrets: [token], signal }, (app) => app.acquireTokenByRefreshToken({ refreshToken: token, scopes: [...scopes] }));
      return { answer, client, scopes };
    });
    await keepSignIn(services, { account, mailboxId: mailbox.id, isAdopted: true }, grants);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    throw error.refusal.codes.some((code) => NOT_OURS.has(code)) ? notOurs(services, account, error) : error.refusal.error;
  }
}

/** Refresh tokens are bound to the user and the application (FACTS.md A4), and Entra does not tell which of both is wrong. */
const notOurs = ({ config: { clientId } }: Services, account: string, { refusal: { error } }: RefusedError): MailError =>
  new MailError('auth.interaction-required', `Entra does not take this refresh token for the application ${clientId}: it was given to another application, or it is none.`, {
    cause: error,
    ...(error.detail && { detail: error.detail }),
    remedy: { who: 'operator', action: 'fix-config', text: `Name the application that the token was given to as "clientId" (a refresh token is bound to it), or sign in anew as ${account}.` },
  });
