import type { CallOptions } from './call-options.ts';
import type { CredentialSource } from './credential.ts';
import type { Mailbox } from './identity.ts';
import type { InteractiveLogin } from './login.ts';
import type { MailError } from './mail-error.ts';
import type { Remedy } from './remedy.ts';

/** Hands out credentials for mailboxes; knows nothing of the protocol that uses them. */
export interface AuthProvider extends AsyncDisposable {
  credentialsFor(mailbox: Mailbox): CredentialSource;
  status(mailbox: Mailbox, options?: CallOptions): Promise<AuthStatus>;
  /** Forget and, where the issuer can, revoke (RFC 7009). Idempotent; works while everything is broken. */
  revoke(mailbox: Mailbox, options?: CallOptions): Promise<void>;
  /** Absent where nobody needs to sign in. */
  readonly login?: InteractiveLogin;
}

export type AuthStatus =
  | { readonly state: 'ready'; readonly expiresAt?: Date }
  | { readonly state: 'action-required'; readonly remedy: Remedy }
  | { readonly state: 'unavailable'; readonly error: MailError };
