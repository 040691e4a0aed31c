import type { CallOptions } from './call-options.ts';
import type { Secret } from './secret.ts';

export type Credential = BearerToken | Password;
export type CredentialKind = Credential['kind'];

/** RFC 6750. Over IMAP and SMTP it travels as SASL XOAUTH2 or OAUTHBEARER (RFC 7628). */
export interface BearerToken {
  readonly kind: 'bearer';
  /** The mailbox to open: the SASL user, not necessarily the one who signed in. */
  readonly username: string;
  readonly token: Secret;
  /** Absent when the issuer does not say. */
  readonly expiresAt?: Date;
}

export interface Password {
  readonly kind: 'password';
  readonly username: string;
  readonly password: Secret;
}

/** What a transport holds: already bound to its own mailbox, so that it can ask for no other. */
export interface CredentialSource {
  /** Throws `auth.rejected`, `auth.interaction-required`, `auth.wrong-account`, `unavailable`, `throttled`, `config.invalid`. */
  getCredential(request: CredentialRequest): Promise<Credential>;
}

export interface CredentialRequest extends CallOptions {
  readonly accept: readonly [CredentialKind, ...CredentialKind[]];
  /** For `bearer`: RFC 6749 §3.3 scopes; the transport knows what it needs. */
  readonly scopes?: readonly string[];
  /** The server refused this one: do not hand it out again, throw instead when there is no other. */
  readonly rejected?: Credential;
  /** A claims challenge, verbatim (FACTS.md A11). */
  readonly claims?: string;
}
