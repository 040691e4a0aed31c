/** An account of the tenant, with or without a person behind it. */
export interface TenantUser {
  /** The object id, `oid` in tokens. */
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  /** Addresses its mailbox receives for; the first is the primary one, the same as `userPrincipalName` unless told. */
  readonly addresses: readonly string[];
  /** `shared`: nobody signs in, others open it with their own tokens. */
  readonly kind: 'user' | 'shared';
  readonly password: string;
  /** Signs in only to be told so. Revokes nothing (FACTS.md A4). */
  readonly passwordExpired: boolean;
  /** When the user last changed the password, or reset it by self-service: public clients' refresh tokens from before are void, confidential clients' are not (FACTS.md A4). */
  readonly passwordChangedAt?: Date;
  readonly enabled: boolean;
  /** Too many wrong passwords, or an address of bad repute. */
  readonly lockedOut: boolean;
  /** May consent for everybody. */
  readonly isAdmin: boolean;
  /** Without a licence there is no mailbox: MailboxNotEnabledForRESTAPI, "authenticated but not connected". */
  readonly licensed: boolean;
  readonly mfa: 'off' | 'required' | 'registration-required';
  /** What the second factor shows. */
  readonly mfaCode: string;
  /** Set-CASMailbox -SmtpClientAuthenticationDisabled; absent: as the tenant says (FACTS.md C4). */
  readonly smtpAuthDisabled?: boolean;
  /** Set-CASMailbox -ImapEnabled. */
  readonly imapEnabled: boolean;
  /** Who else may do what with this mailbox. */
  readonly delegates: readonly Delegate[];
  /** "Revoke sessions", or a password reset by an administrator: browser sessions and refresh tokens from before are void. */
  readonly sessionsRevokedAt?: Date;
}

export interface Delegate {
  /** A user principal name, or the object id of a service principal. */
  readonly who: string;
  readonly right: 'full-access' | 'send-as' | 'send-on-behalf';
}

/** What has to be said about a new user; the rest has a usual value. */
export type NewUser = Partial<Omit<TenantUser, 'userPrincipalName'>> & Pick<TenantUser, 'userPrincipalName'>;

export function createUser(user: NewUser): TenantUser {
  const [local = ''] = user.userPrincipalName.split('@');
  return {
    id: crypto.randomUUID(),
    displayName: local.charAt(0).toUpperCase() + local.slice(1),
    addresses: [user.userPrincipalName],
    kind: 'user',
    password: crypto.randomUUID(),
    passwordExpired: false,
    enabled: true,
    lockedOut: false,
    isAdmin: false,
    licensed: true,
    mfa: 'off',
    mfaCode: '123456',
    imapEnabled: true,
    delegates: [],
    ...user,
  };
}
