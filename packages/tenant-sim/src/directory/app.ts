import type { ResourceName } from '../tokens/resources.ts';

/** An app registration and its enterprise application (service principal) in this tenant, in one. */
export interface AppRegistration {
  readonly clientId: string;
  /** The object id of the app registration. Exchange wants the other one (FACTS.md C3). */
  readonly objectId: string;
  /** The object id of the enterprise application: `oid` and `sub` of app-only tokens. */
  readonly servicePrincipalId: string;
  readonly displayName: string;
  readonly enabled: boolean;
  /** Accounts of other organisations may use it, and so it is served at /common and /organizations. */
  readonly multiTenant: boolean;
  /** "Allow public client flows": what comes without a redirect URI, such as the device code flow, needs no credential. */
  readonly publicClient: boolean;
  readonly redirectUris: readonly RedirectUri[];
  readonly secrets: readonly AppSecret[];
  readonly certificates: readonly AppCertificate[];
  readonly federated: readonly FederatedCredential[];
  /** Scopes it exposes as an API of its own: the audience of assertions for on-behalf-of. */
  readonly exposes: readonly string[];
  /** What its registration lists under "API permissions", granted or not: what an administrator consents to, and the user whose app asks for `.default`. */
  readonly requires: { readonly roles: readonly GrantedRole[]; readonly scopes: readonly GrantedScope[] };
  /** Application permissions with admin consent. */
  readonly roles: readonly GrantedRole[];
  /** Delegated permissions with consent. */
  readonly scopes: readonly GrantedScope[];
  /** Application Access Policy, for Graph alone (FACTS.md D3). */
  readonly accessPolicy?: { readonly kind: 'restrict' | 'deny'; readonly mailboxes: readonly string[] };
  /** RBAC for Applications: roles within a scope of mailboxes, a union with what Entra granted (FACTS.md D3). */
  readonly rbac: readonly { readonly role: string; readonly mailboxes: readonly string[] | 'all' }[];
  /** New-ServicePrincipal was run in Exchange, with the id of the enterprise application; without it IMAP and SMTP let no app-only token in. */
  readonly inExchange: boolean;
}

export interface RedirectUri {
  readonly platform: 'web' | 'spa' | 'native';
  readonly uri: string;
}

export interface AppSecret {
  readonly id: string;
  readonly value: string;
  readonly expiresAt: Date;
}

export interface AppCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly expiresAt: Date;
}

export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** PEM of the issuer's public key: nothing is fetched. */
  readonly publicKey: string;
}

export interface GrantedRole {
  readonly resource: ResourceName;
  /** `Mail.ReadWrite`, `IMAP.AccessAsApp`. */
  readonly role: string;
}

export interface GrantedScope {
  readonly resource: ResourceName;
  /** `Mail.Read`, `IMAP.AccessAsUser.All`. */
  readonly scope: string;
  /** The user principal name of the one who consented; absent: an administrator, for everybody. */
  readonly user?: string;
}

export type NewApp = Partial<AppRegistration>;

export function createApp(app: NewApp): AppRegistration {
  return {
    clientId: crypto.randomUUID(),
    objectId: crypto.randomUUID(),
    servicePrincipalId: crypto.randomUUID(),
    displayName: 'Signalbox',
    enabled: true,
    multiTenant: false,
    publicClient: false,
    redirectUris: [],
    secrets: [],
    certificates: [],
    federated: [],
    exposes: [],
    requires: { roles: [], scopes: [] },
    roles: [],
    scopes: [],
    rbac: [],
    inExchange: true,
    ...app,
  };
}
