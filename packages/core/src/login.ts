import type { CallOptions } from './call-options.ts';
import type { Mailbox } from './identity.ts';
import type { Secret } from './secret.ts';

/** Signing in is two plain calls, so that they may run in two processes. */
export interface InteractiveLogin {
  begin(mailbox: Mailbox, options: LoginOptions): Promise<LoginChallenge>;
  /** Throws `auth.wrong-account` when someone else signed in, `auth.interaction-required` when the challenge ran out. */
  finish(challenge: LoginChallenge, options?: FinishOptions): Promise<void>;
  /**
   * Goes on from a sign-in that another program has, by its refresh token (RFC 6749 §1.5): redeems it once, and keeps what comes. Whether the other
   * program can go on with its own is the issuer's business. Throws `auth.wrong-account` when it is someone else's, and what `getCredential` throws
   * when the issuer refuses it; nothing is kept then. Absent where a sign-in cannot be handed on.
   */
  adopt?(mailbox: Mailbox, refreshToken: Secret, options?: CallOptions): Promise<void>;
}

export interface LoginOptions extends CallOptions {
  readonly prefer: 'browser' | 'device-code';
  /** RFC 6749 §3.1.2; needed for `browser`. */
  readonly redirectUri?: string;
}

/** JSON-safe. `state` is opaque; anything secret stays behind it in the provider's store. Instants are ISO 8601. */
export type LoginChallenge =
  | { readonly type: 'browser'; readonly authorizationUrl: string; readonly state: string; readonly expiresAt: string }
  | {
      readonly type: 'device-code'; // RFC 8628 §3.2
      readonly verificationUri: string;
      readonly userCode: string;
      readonly state: string;
      readonly expiresAt: string;
    };

export interface FinishOptions extends CallOptions {
  /** Where the browser was sent back to, with its query string. */
  readonly callbackUrl?: string;
}
