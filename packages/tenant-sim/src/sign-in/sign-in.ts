import type { AppRegistration } from '../directory/app.ts';
import type { TenantUser } from '../directory/user.ts';
import type { TenantContext } from '../door.ts';
import type { Mailbox } from '../store/mailbox.ts';
import type { TokenClaims } from '../tokens/claims.ts';
import type { TokenProblem } from '../tokens/tokens.ts';

export type MailProtocol = 'imap' | 'smtp';

export type SignInProof =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly username: string; readonly token: string };

export type SignInRefusal =
  | { readonly reason: 'wrong-credential' | 'basic-auth-off' | 'security-defaults' | 'policy' | 'no-permission' | 'not-registered' | 'smtp-auth-disabled-for-tenant' | 'smtp-auth-disabled-for-mailbox' }
  | { readonly reason: 'token'; readonly problem: TokenProblem };

/** Somebody the tenant knows, and the mailbox that is theirs to open: none means "authenticated but not connected" (FACTS.md C4). */
export interface SignedIn {
  readonly mailbox?: Mailbox;
  readonly user?: TenantUser;
  readonly app?: AppRegistration;
  /** What was shown, to look at again while the session goes on. */
  readonly token?: string;
  readonly claims?: TokenClaims;
}

export type SignInResult = { readonly signedIn: SignedIn; readonly refusal?: never } | { readonly refusal: SignInRefusal; readonly signedIn?: never };

const PERMISSIONS = {
  imap: { scope: 'IMAP.AccessAsUser.All', role: 'IMAP.AccessAsApp' },
  smtp: { scope: 'SMTP.Send', role: 'SMTP.SendAsApp' },
} as const;

/** Who may open a mailbox by IMAP or SMTP, and as whom (FACTS.md C2 to C4). */
export async function signIn(context: TenantContext, protocol: MailProtocol, proof: SignInProof): Promise<SignInResult> {
  const result = proof.kind === 'password' ? byPassword(context, protocol, proof) : await byToken(context, protocol, proof);
  if (result.refusal || protocol === 'imap') return result;
  return smtpAuthAllowed(context, proof.username) ?? result;
}

const refuse = (reason: Exclude<SignInRefusal, { readonly reason: 'token' }>['reason']): SignInResult => ({ refusal: { reason } });

function byPassword({ directory, faults, store }: TenantContext, protocol: MailProtocol, { username, password }: Extract<SignInProof, { readonly kind: 'password' }>): SignInResult {
  if (!directory.tenant.basicAuth[protocol]) return refuse('basic-auth-off');
  const user = directory.user(username);
  if (!user?.enabled || user.kind === 'shared' || user.password !== password) return refuse('wrong-credential');
  if (user.mfa !== 'off') return refuse('security-defaults');
  // A policy of Conditional Access that asks for a second factor, which a password alone never is.
  if (faults.take('entra.mfa-required', { mailbox: user.userPrincipalName })) return refuse('policy');
  return { signedIn: { user, ...mailboxFor(store.mailbox(user.id), protocol, user) } };
}

async function byToken(context: TenantContext, protocol: MailProtocol, { username, token }: Extract<SignInProof, { readonly kind: 'token' }>): Promise<SignInResult> {
  const { claims, problem } = await context.tokens.verify(token, 'exchange');
  if (problem) return { refusal: { reason: 'token', problem } };
  const { directory, store } = context;
  const app = directory.app(claims.appid ?? '');
  const user = claims.idtyp === 'app' ? undefined : directory.user(claims.oid);
  if (!app || (claims.idtyp !== 'app' && !user?.enabled)) return refuse('wrong-credential');
  const owner = directory.user(username);
  const permission = user ? claims.scp?.split(' ').includes(PERMISSIONS[protocol].scope) : appMay(app, claims, protocol, owner);
  if (!permission) return refuse('no-permission');
  if (!user && !app.inExchange) return refuse('not-registered');
  const mailbox = owner && opens({ user, app }, owner, protocol) ? store.mailbox(owner.id) : undefined;
  return { signedIn: { app, token, claims, ...(user && { user }), ...mailboxFor(mailbox, protocol, owner) } };
}

const mailboxFor = (mailbox: Mailbox | undefined, protocol: MailProtocol, owner: TenantUser | undefined): { readonly mailbox?: Mailbox } =>
  mailbox && (protocol === 'smtp' || owner?.imapEnabled) ? { mailbox } : {};

/** A role in the token, or for SMTP one given in Exchange, which asks for none in the token (FACTS.md C3). */
function appMay(app: AppRegistration, claims: TokenClaims, protocol: MailProtocol, owner: TenantUser | undefined): boolean {
  if (claims.roles?.includes(PERMISSIONS[protocol].role)) return true;
  return protocol === 'smtp' && owner !== undefined && hasRbacRole(app, owner);
}

const hasRbacRole = ({ rbac }: AppRegistration, owner: TenantUser): boolean =>
  rbac.some(({ role, mailboxes }) => role === 'Application SMTP.SendAsApp' && (mailboxes === 'all' || mailboxes.some((address) => owner.addresses.some((own) => own.toLowerCase() === address.toLowerCase()))));

interface Opener {
  readonly user: TenantUser | undefined;
  readonly app: AppRegistration;
}

/** Its own mailbox, or one it was given: Add-MailboxPermission for IMAP, also Add-RecipientPermission for SMTP. */
function opens({ user, app }: Opener, owner: TenantUser, protocol: MailProtocol): boolean {
  if (user?.id === owner.id) return true;
  const names = user ? [user.userPrincipalName.toLowerCase(), user.id] : [app.servicePrincipalId];
  const rights = protocol === 'smtp' ? ['full-access', 'send-as', 'send-on-behalf'] : ['full-access'];
  if (!user && protocol === 'smtp' && hasRbacRole(app, owner)) return true;
  return owner.delegates.some(({ who, right }) => rights.includes(right) && names.includes(who.toLowerCase()));
}

/** The mailbox's own setting decides; without one the tenant's does. It holds for tokens too. */
function smtpAuthAllowed({ directory, faults }: TenantContext, username: string): SignInResult | undefined {
  const own = directory.user(username)?.smtpAuthDisabled;
  const fault = faults.take('smtp.auth-disabled', { mailbox: username });
  if (fault) return refuse(`smtp-auth-disabled-for-${fault.scope}`);
  if (own) return refuse('smtp-auth-disabled-for-mailbox');
  return own === undefined && directory.tenant.smtpAuthDisabled ? refuse('smtp-auth-disabled-for-tenant') : undefined;
}
