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
  /**
   * What is wrong with the credential itself, before a mail server is asked: permissions that the scopes need and the token lacks, consent
   * that is missing, grants that reach further than intended. None is no promise that the server agrees. Throws as `getCredential` does.
   * Absent where a credential tells nothing.
   */
  inspect?(mailbox: Mailbox, request: InspectRequest): Promise<readonly AuthFinding[]>;
  /** Absent where nobody needs to sign in. */
  readonly login?: InteractiveLogin;
}

export type AuthStatus = AuthDetails &
  (
    | { readonly state: 'ready'; readonly expiresAt?: Date }
    | { readonly state: 'action-required'; readonly remedy: Remedy }
    /** For now: what was stored stays, and nobody needs to sign in. */
    | { readonly state: 'unavailable'; readonly error: MailError }
  );

/** What is known without asking anybody. */
export interface AuthDetails {
  /** Who signed in, as the issuer names the account; absent where nobody does. */
  readonly account?: string;
  /** When a person last signed in or a credential was last replaced. */
  readonly signedInAt?: Date;
  /** When the issuer last gave a token. */
  readonly renewedAt?: Date;
  /** What ends by itself unless somebody acts, the nearest first. */
  readonly deadlines?: readonly AuthDeadline[];
}

export interface AuthDeadline {
  /** `idle`: the grant ends when unused until then. `renewal`: a person has to sign in again by the rules of the organisation. */
  readonly what: 'secret' | 'certificate' | 'idle' | 'renewal';
  readonly at: Date;
  readonly remedy: Remedy;
}

export interface InspectRequest extends CallOptions {
  /** What the transport asks for, as in a `CredentialRequest`. */
  readonly scopes: readonly string[];
}

export interface AuthFinding {
  /** `error`: the flow cannot work. `warning`: it works, and not as intended. */
  readonly severity: 'error' | 'warning';
  readonly error: MailError;
}
