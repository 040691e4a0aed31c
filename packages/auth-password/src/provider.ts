import { type AuthProvider, type CredentialRequest, type Mailbox, MailError, type Password, type Remedy, type Secret } from '@signalbox/core';

export interface PasswordSettings {
  readonly username?: string | undefined;
  readonly password: Secret;
}

/** Hands out the one password there is, until the server refuses it or it is revoked. */
export function openPassword(settings: PasswordSettings): AuthProvider {
  let password: Secret | undefined = settings.password;

  const credentialOf = (mailbox: Mailbox, { accept, rejected, signal }: CredentialRequest): Password => {
    signal?.throwIfAborted();
    const username = settings.username ?? mailbox.address;
    if (!accept.includes('password')) throw wrongKind(mailbox, accept);
    if (rejected) throw new MailError('auth.rejected', `The server refused the password of ${username}.`, { remedy: newPassword(mailbox) });
    if (!password) throw new MailError('auth.interaction-required', `The password of ${username} has been forgotten.`, { remedy: newPassword(mailbox) });
    return { kind: 'password', username, password };
  };

  return {
    credentialsFor: (mailbox) => ({
      getCredential: async (request) => credentialOf(mailbox, request),
    }),
    async status(mailbox, options) {
      options?.signal?.throwIfAborted();
      return password ? { state: 'ready' } : { state: 'action-required', remedy: newPassword(mailbox) };
    },
    async revoke() {
      password = undefined;
    },
    async [Symbol.asyncDispose]() {
      password = undefined;
    },
  };
}

const newPassword = ({ address }: Mailbox): Remedy => ({
  who: 'operator',
  action: 'replace-credential',
  text: `Put the current password of ${address} into the configuration, or check whether its server still allows passwords.`,
});

const wrongKind = ({ address }: Mailbox, accept: readonly string[]): MailError =>
  new MailError('config.invalid', `The transport of ${address} takes ${accept.join(' or ')}, and a password is neither.`, {
    remedy: { who: 'operator', action: 'fix-config', text: `Choose a flow for ${address} whose transport takes passwords, or one that signs in by token.` },
  });
