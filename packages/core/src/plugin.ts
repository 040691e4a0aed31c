import type { AuthProvider } from './auth-provider.ts';
import type { CallOptions } from './call-options.ts';
import type { CredentialKind, CredentialSource } from './credential.ts';
import type { HostServices, TokenStore } from './host.ts';
import type { Mailbox } from './identity.ts';
import type { StandardSchemaV1 } from './standard-schema.ts';
import type { Facet, MailTransport } from './transport.ts';

/** What a plugin package exports under the name `plugin`. */
export type Plugin = TransportPlugin | AuthPlugin;

export interface PluginManifest<Kind extends string, Config> {
  readonly kind: Kind;
  /** How configuration refers to it: `graph`, `imap`, `acme-ews`. Lower case letters, digits and hyphens. */
  readonly name: string;
  /** The plugin's own version, for people. */
  readonly version: string;
  /** Semver range over `CONTRACT_VERSION`: `^1.0`. */
  readonly contract: string;
  /** Any Standard Schema; the host validates before `open`. */
  readonly config: StandardSchemaV1<unknown, Config>;
}

// `open` is a method on purpose: its bivariance lets a TransportPlugin<C> be held as a TransportPlugin,
// and the host only ever passes what the plugin's own schema let through.
export interface TransportPlugin<Config = unknown> extends PluginManifest<'transport', Config> {
  /** The most it can ever provide; a server may give less. Routes are checked against it before anything is opened. */
  readonly facets: readonly Facet[];
  /** What it can sign in with; empty where there is nothing to sign in to. */
  readonly credentials: readonly CredentialKind[];
  /** Resolves to a transport that works now; throws what keeps it from working. There is no unconnected transport. */
  open(context: TransportContext<Config>, options?: CallOptions): Promise<MailTransport>;
}

export interface AuthPlugin<Config = unknown> extends PluginManifest<'auth', Config> {
  readonly issues: readonly CredentialKind[];
  open(context: AuthContext<Config>, options?: CallOptions): Promise<AuthProvider>;
}

export interface TransportContext<Config> extends HostServices {
  readonly mailbox: Mailbox;
  readonly config: Config;
  readonly credentials: CredentialSource;
}

export interface AuthContext<Config> extends HostServices {
  readonly config: Config;
  readonly tokens: TokenStore;
}

/** Gives the author inference and us a stable place to grow defaults. */
export const defineTransport = <Config>(plugin: TransportPlugin<Config>): TransportPlugin<Config> => plugin;
/** Gives the author inference and us a stable place to grow defaults. */
export const defineAuth = <Config>(plugin: AuthPlugin<Config>): AuthPlugin<Config> => plugin;
