import { type AuthContext, type AuthFinding, type AuthProvider, type BearerToken, type CredentialRequest, isMailError, MailError, type Mailbox, secret } from '@signalbox/core';
import { readCredentials } from './app-credentials.ts';
import { createAppTokens } from './app-tokens.ts';
import { createBackOff } from './back-off.ts';
import { createClientRequests } from './client-requests.ts';
import type { EntraConfig } from './config.ts';
import { inspectAppToken, inspectUserToken } from './inspect.ts';
import { type KeptToken, type Wish, wishOf } from './kept-token.ts';
import { createLogin } from './login.ts';
import { createExchangedTokens } from './on-behalf-of.ts';
import { createReminders } from './reminders.ts';
import { appScope, type AskedScopes, readScopes } from './scopes.ts';
import { createServices, placeOf } from './services.ts';
import { signInKey } from './sign-in-record.ts';
import { createStatus } from './status.ts';
import { accountOf } from './account.ts';
import { createUserTokens } from './user-tokens.ts';

/** One new token does for all mailboxes that are looked into together. */
const RECENT_MS = 10_000;

/** Hands out tokens of Microsoft Entra: the application's own, those of somebody who signed in, or in exchange for a caller's. */
export async function openEntra({ config, clock, log, tokens, fetch }: AuthContext<EntraConfig>): Promise<AuthProvider> {
  const closing = new AbortController();
  const credentials = await readCredentials(config, placeOf(config).authority);
  const services = createServices({ config, clock, log, tokens, fetch, backOff: createBackOff(clock), lifetime: closing.signal });
  const requests = createClientRequests(services, credentials);
  const appTokens = createAppTokens(services, credentials);
  const userTokens = createUserTokens(services, requests);
  const exchanged = createExchangedTokens(services, requests);
  const status = createStatus(services, { credentials, appTokens, exchanged, reminders: createReminders(services) });

  const tokenFor = async (mailbox: Mailbox, request: Pick<CredentialRequest, 'scopes' | 'rejected' | 'claims' | 'signal'>, further: Pick<Wish, 'obtainedSince'> = {}): Promise<{ readonly kept: KeptToken; readonly asked: AskedScopes }> => {
    closing.signal.throwIfAborted();
    request.signal?.throwIfAborted();
    const asked = readScopes(request.scopes);
    const wish = { ...wishOf({ accept: ['bearer'], ...request }), ...further };
    const get = (): Promise<KeptToken> => {
      if (config.grant === 'client-credentials') return appTokens.get(appScope(asked, services.cloud), wish, request.signal);
      if (config.grant === 'assertion') return exchanged.get(mailbox, asked, wish, request.signal);
      return userTokens.get(accountOf(services, mailbox), asked, wish, request.signal);
    };
    await status.remind(mailbox); // before asking: a sign-in that Entra ends now had a deadline that nobody told yet
    return { kept: await explained(get(), request.signal), asked };
  };

  return {
    credentialsFor: (mailbox) => ({
      async getCredential(request): Promise<BearerToken> {
        if (!request.accept.includes('bearer')) throw wrongKind(mailbox, request.accept);
        const { kept } = await tokenFor(mailbox, request);
        return { kind: 'bearer', username: config.username ?? mailbox.address, token: secret(kept.token), ...(kept.expiresAt > kept.obtainedAt && { expiresAt: new Date(kept.expiresAt) }) };
      },
    }),
    status: (mailbox, options) => explained(status.of(mailbox, options), options?.signal),
    async revoke(mailbox, options) {
      // Entra has nowhere to revoke a single grant: forgetting it is what can be done, and needs nobody's answer.
      if (config.grant === 'client-credentials') await appTokens.forget(options?.signal);
      else if (config.grant === 'assertion') exchanged.forget();
      else await tokens.delete(signInKey(services, accountOf(services, mailbox)), options);
      log.log('info', 'auth.forgotten', { mailbox: mailbox.id, grant: config.grant });
    },
    async inspect(mailbox, request) {
      const look = ({ kept, asked }: Awaited<ReturnType<typeof tokenFor>>): readonly AuthFinding[] =>
        config.grant === 'client-credentials' ? inspectAppToken(services, kept.token, asked) : inspectUserToken(services, kept.token, asked, accountOf(services, mailbox));
      const findings = look(await tokenFor(mailbox, request));
      if (findings.length === 0) return findings;
      // A token lives up to a day (FACTS.md A9) and tells what was granted when it was made: whoever has just granted the rest shall see that.
      return look(await tokenFor(mailbox, request, { obtainedSince: clock.now().getTime() - RECENT_MS }));
    },
    ...(config.grant === 'delegated' && { login: createLogin(services, requests) }),
    async [Symbol.asyncDispose]() {
      closing.abort(new MailError('transport.closed', 'The provider of credentials is closed.'));
    },
  };
}

/** What fails without saying why in the words of the contract is the host's store: nothing else is used here. */
async function explained<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isMailError(error) || (signal?.aborted && error === signal.reason)) throw error;
    throw new MailError('unavailable', 'The store of tokens cannot be used.', { cause: error, remedy: { who: 'operator', action: 'fix-config', text: 'See why the store of tokens cannot be read and written.' } });
  }
}

const wrongKind = ({ address }: Mailbox, accept: readonly string[]): MailError =>
  new MailError('config.invalid', `The transport of ${address} takes ${accept.join(' or ')}, and a token is neither.`, {
    remedy: { who: 'operator', action: 'fix-config', text: `Choose a flow for ${address} whose transport takes tokens.` },
  });
