import { readFile, stat } from 'node:fs/promises';
import { type AuthProvider, type BearerToken, type CallOptions, type Clock, type CredentialRequest, isMailError, type Mailbox, MailError, type Remedy, type Secret, secret } from '@signalbox/core';
import { type KnownToken, parseTokenText } from './token-text.ts';

export interface TokenSettings {
  readonly username?: string | undefined;
  readonly token?: Secret | undefined;
  readonly tokenFile?: string | undefined;
}

/** Hands out a token that something else keeps fresh, and says who must act when it has not. */
export function openTokens(settings: TokenSettings, clock: Clock): AuthProvider {
  const { tokenFile } = settings;
  let forgotten = false;

  const current = async (mailbox: Mailbox, options?: CallOptions): Promise<KnownToken> => {
    options?.signal?.throwIfAborted();
    if (forgotten) throw stale(`The token of ${mailbox.address} has been forgotten.`, mailbox, tokenFile);
    const known = tokenFile === undefined ? parseTokenText(settings.token?.reveal() ?? '') : await readTokenFile(tokenFile, mailbox, options);
    if (!known) throw unusable(`${whereOf(tokenFile)} of ${mailbox.address} holds no token.`, mailbox, tokenFile);
    if (known.expiresAt && known.expiresAt <= clock.now()) {
      throw stale(`The token of ${mailbox.address} expired at ${known.expiresAt.toISOString()}.`, mailbox, tokenFile);
    }
    return known;
  };

  const credentialOf = async (mailbox: Mailbox, request: CredentialRequest): Promise<BearerToken> => {
    if (!request.accept.includes('bearer')) throw wrongKind(mailbox, request.accept);
    const { token, expiresAt } = await current(mailbox, request);
    if (request.rejected?.kind === 'bearer' && request.rejected.token.reveal() === token) {
      throw stale(`The server refused the token of ${mailbox.address}, and there is no newer one.`, mailbox, tokenFile);
    }
    return { kind: 'bearer', username: settings.username ?? mailbox.address, token: secret(token), ...(expiresAt && { expiresAt }) };
  };

  return {
    credentialsFor: (mailbox) => ({ getCredential: (request) => credentialOf(mailbox, request) }),
    async status(mailbox, options) {
      try {
        const { expiresAt } = await current(mailbox, options);
        return { state: 'ready', ...(expiresAt && { expiresAt }) };
      } catch (error) {
        if (!isMailError(error) || !error.remedy) throw error;
        return { state: 'action-required', remedy: error.remedy };
      }
    },
    async revoke() {
      forgotten = true; // the issuer is unknown here, so forgetting is all there is to do
    },
    async [Symbol.asyncDispose]() {
      forgotten = true;
    },
  };
}

async function readTokenFile(file: string, mailbox: Mailbox, options?: CallOptions): Promise<KnownToken | undefined> {
  try {
    const { mtime } = await stat(file); // before reading: a token renewed in between then counts as older, never as fresher
    return parseTokenText(await readFile(file, { encoding: 'utf8', ...(options?.signal && { signal: options.signal }) }), mtime);
  } catch (error) {
    options?.signal?.throwIfAborted();
    throw unusable(`The token file ${file} of ${mailbox.address} cannot be read.`, mailbox, file, error);
  }
}

const whereOf = (tokenFile: string | undefined): string => (tokenFile === undefined ? 'The configuration' : `The token file ${tokenFile}`);

const unusable = (message: string, { address }: Mailbox, tokenFile: string | undefined, cause?: unknown): MailError =>
  new MailError('config.invalid', message, {
    remedy: { who: 'operator', action: 'fix-config', text: `Let ${tokenFile ?? 'the configuration'} hold the access token of ${address}: the bare token, or JSON with access_token.` },
    cause,
  });

function stale(message: string, { address }: Mailbox, tokenFile: string | undefined): MailError {
  const remedy: Remedy = {
    who: 'operator',
    action: 'sign-in-again',
    text: tokenFile === undefined ? `Put a fresh token of ${address} into the configuration.` : `Renew the token of ${address}: whatever writes ${tokenFile} has stopped doing so.`,
  };
  return new MailError('auth.interaction-required', message, { remedy });
}

const wrongKind = ({ address }: Mailbox, accept: readonly string[]): MailError =>
  new MailError('config.invalid', `The transport of ${address} takes ${accept.join(' or ')}, and a token is neither.`, {
    remedy: { who: 'operator', action: 'fix-config', text: `Choose a flow for ${address} whose transport takes tokens.` },
  });
