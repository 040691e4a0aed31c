import type { EmailAddress, FolderSelector, Mailbox, NetworkSettings, Secret } from '@signalbox/core';
import type { Direction, Flow } from '../routing/flow.ts';
import type { ConfigPath, ConfigPositions } from './positions.ts';
import type { ConfigProblem } from './problem.ts';

/** Settings handed to a plugin; what they mean is its own business. */
export type Options = Readonly<Record<string, unknown>>;

/** The configuration as written, with its references resolved and its defaults applied. */
export interface Config {
  readonly file: string;
  readonly version: 1;
  readonly organization: string;
  /** By name; a file with a single tenant has it under `default`. */
  readonly entra: Readonly<Record<string, EntraSettings>>;
  /** By transport name. */
  readonly servers: Readonly<Record<string, ServerSettings>>;
  /** By auth plugin name. */
  readonly auth: Readonly<Record<string, Options>>;
  readonly outgoing: OutgoingSettings;
  readonly network: NetworkConfig;
  /** Absent: nobody is asked to tell of new mail. */
  readonly notifications?: NotificationSettings;
  readonly receiving: ReceivingConfig;
  readonly retention: RetentionConfig;
  /** Package names of third-party plugins. */
  readonly plugins: readonly string[];
  /** Flows of this configuration, beside the application's presets. */
  readonly flows: Readonly<Record<string, Flow>>;
  readonly mailboxes: readonly MailboxConfig[];
  readonly warnings: readonly ConfigProblem[];
  readonly positions: ConfigPositions;
  /** Replaces the text of every secret of this configuration: for texts that a plugin wrote. */
  redact(text: string): string;
  /** What `redact` replaces, and by what: for redacting the secrets of several configurations at once. */
  hidden(): ReadonlyMap<string, string>;
}

/** One Entra tenant and the application registered in it. */
export interface EntraSettings {
  /** Domain or tenant id: the email domain is the tenant. */
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret?: Secret;
  /** ISO 8601, as declared: Entra tells nobody. */
  readonly secretExpiresAt?: string;
  /** Tried when the first is refused: two are valid during a roll-over. */
  readonly secondClientSecret?: Secret;
  readonly secondSecretExpiresAt?: string;
  readonly certificate?: CertificateSettings;
  readonly secondCertificate?: CertificateSettings;
  /** Workload identity federation: a file that always holds a fresh assertion. */
  readonly federated?: { readonly tokenFile: string };
  readonly managedIdentity?: { readonly clientId?: string };
  readonly cloud?: 'global' | 'us-government' | 'us-dod' | 'china';
  /** Entra at another address, without the tenant. */
  readonly authority?: string;
  /** What a person who signs in is asked to consent to. */
  readonly scopes?: readonly string[];
  /** The organisation's own rule: people sign in again so often. */
  readonly renewal?: { readonly every: 'quarter'; readonly timeZone?: string };
  /** Access is limited by RBAC for Applications in Exchange. */
  readonly expectRbac?: boolean;
}

export type CertificateSettings = { readonly passphrase?: Secret } & (
  | {
      /** PEM. */
      readonly certificate: string;
      /** PEM. */
      readonly privateKey: Secret;
    }
  /** Absolute path of a PKCS #12 file. */
  | { readonly pfxFile: string }
);

/** One transport's server. `ca` is the host's business and never reaches the plugin; every other key does. */
export interface ServerSettings {
  readonly host?: string;
  readonly port?: number;
  readonly tls?: 'implicit' | 'starttls';
  /** PEM certificates, read from the files that the configuration names. */
  readonly ca?: readonly string[];
  readonly [option: string]: unknown;
}

export interface OutgoingSettings {
  /** `client`: every mailbox sends by its own flow. `relay`: one server sends for all. */
  readonly mode: 'client' | 'relay';
  /** Present where the mode is `relay`. */
  readonly relay?: RelaySettings;
  readonly from?: EmailAddress;
  readonly bcc?: readonly EmailAddress[];
  /** What becomes of mail that may have left where no copy proves it. */
  readonly unproven?: 'hold' | 'resend';
  readonly absentAfterMs?: number;
  readonly attemptMs?: number;
  readonly giveUpAfterMs?: number;
  /** Mails of all mailboxes under way at once. */
  readonly total?: number;
}

/** What the configuration says of receiving, in milliseconds; the router has defaults. */
export interface ReceivingConfig {
  readonly auditMs?: number;
  readonly heartbeatMs?: number;
  readonly visibilityMs?: number;
  readonly maxAttempts?: number;
  readonly mostOpen?: number;
}

/** How long what is over is kept, in milliseconds; what is absent has the router's default. */
export interface RetentionConfig {
  readonly outboxMs?: number;
  readonly sentMs?: number;
  readonly ledgerMs?: number;
  readonly effectsMs?: number;
  readonly revisionsMs?: number;
  readonly auditMs?: number;
}

export interface RelaySettings {
  /** The flow whose send side reaches the relay; `relay` when not said. */
  readonly flow: string;
  readonly server: ServerSettings;
  readonly username?: string;
  readonly password?: Secret;
}

export interface NetworkConfig extends NetworkSettings {
  /** As NO_PROXY: hosts, domains with a leading dot, `*`. */
  readonly noProxy: readonly string[];
  /** Ignore any proxy, also the environment's. */
  readonly direct: boolean;
}

/** Where servers that tell of new mail call, and where that arrives. */
export interface NotificationSettings {
  /** HTTPS, without a slash at the end. */
  readonly publicUrl: string;
  /** Plain HTTP, for the reverse proxy that the public address belongs to. */
  readonly listen: { readonly host: string; readonly port: number };
}

export interface MailboxConfig extends Mailbox {
  /** Where in the file: `['mailboxes', 2]`. */
  readonly path: readonly [string, number];
  /** Flow names by direction, `flow` and `defaults` already applied; an absent direction is not wanted. */
  readonly receive?: string;
  readonly send?: string;
  /** Which named tenant of `entra`. */
  readonly tenant?: string;
  /** The contact centre's number; opaque here. */
  readonly endpoint?: string;
  readonly faxesOnly: boolean;
  readonly servers: Readonly<Record<string, ServerSettings>>;
  readonly auth: Readonly<Record<string, Options>>;
  /** Where the flow of each direction was named: `['mailboxes', 2, 'flow']`, `['defaults', 'flow']`. */
  readonly flowPaths: Readonly<Partial<Record<Direction, ConfigPath>>>;
  /** Absent: the address. */
  readonly username?: string;
  readonly password?: Secret;
  readonly token?: Secret;
  /** Absolute. */
  readonly tokenFile?: string;
  /** Never empty; the inbox by default. */
  readonly folders: readonly FolderSelector[];
  readonly onAck: OnAck;
  readonly backlog: Backlog;
  /** Messages worked on at the same time; absent: the transport's own choice. */
  readonly concurrency?: number;
  readonly network?: Partial<NetworkConfig>;
}

export type OnAck = { readonly do: 'nothing' | 'mark-read' } | { readonly do: 'move'; readonly to: FolderSelector };

export type Backlog = { readonly kind: 'from-now' | 'unread' | 'everything' } | { readonly kind: 'since'; readonly date: Date };
