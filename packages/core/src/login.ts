import type { CallOptions } from './call-options.ts';
import type { Mailbox } from './identity.ts';

/** Signing in is two plain calls, so that they may run in two processes. */
export interface InteractiveLogin {
  begin(mailbox: Mailbox, options: LoginOptions): Promise<LoginChallenge>;
  /** Throws `auth.wrong-account` when someone else signed in, `auth.interaction-required` when the challenge ran out. */
  finish(challenge: LoginChallenge, options?: FinishOptions): Promise<void>;
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
