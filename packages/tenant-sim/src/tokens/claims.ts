/** What an access token says. Graph and Exchange get tokens of version 1.0, whichever endpoint gave them out (FACTS.md A8). */
export interface TokenClaims {
  readonly iss: string;
  readonly aud: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly ver: '1.0' | '2.0';
  readonly tid: string;
  readonly oid: string;
  readonly sub: string;
  /** Token id: what `revoke` and diagnostics name. */
  readonly uti: string;
  /** The client id; version 2.0 calls it `azp`. */
  readonly appid?: string;
  readonly azp?: string;
  /** "0" public client, "1" secret, "2" certificate. */
  readonly appidacr?: '0' | '1' | '2';
  readonly app_displayname?: string;
  readonly idtyp?: 'app' | 'user';
  /** Application permissions; absent when none is granted. */
  readonly roles?: readonly string[];
  /** Delegated permissions, separated by spaces. */
  readonly scp?: string;
  readonly upn?: string;
  readonly unique_name?: string;
  readonly name?: string;
  /** How the user proved who it is: `pwd`, `mfa`. */
  readonly amr?: readonly string[];
  /** `cp1` of clients that understand claims challenges (FACTS.md A11). */
  readonly xms_cc?: readonly string[];
}
