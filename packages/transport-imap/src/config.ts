import { z } from 'zod';

const folderPath = z.string().min(1);
const milliseconds = z.int().positive();

/** Below the 29 minutes of RFC 2177, and so that a sweep, and with it a sign of life, comes at least every five minutes. */
const LONGEST_IDLE_MS = 4.5 * 60_000;

export const imapConfig = z.strictObject({
  host: z.string().min(1).max(253), // RFC 1035 §2.3.4; a SOCKS proxy could not even be asked for more
  port: z.int().min(1).max(65_535).default(993),
  /** `starttls` never falls back to plain text. */
  tls: z.enum(['implicit', 'starttls']).default('implicit'),
  /** PEM certificates trusted beside the system's own and the host's. */
  ca: z.union([z.string(), z.array(z.string())]).optional(),
  /** The name the server's certificate is checked against, where it differs from `host`. */
  servername: z.string().min(1).optional(),
  /** What the server offers is not always what it can do: capabilities named here count as not offered. */
  ignoreCapabilities: z.array(z.string().min(1)).default([]),
  /** Connections to this mailbox at one time, watching included. Exchange Online takes about 20 for all clients together. */
  maxConnections: z.int().min(1).max(20).default(3),
  /** How often to look for mail where the server cannot tell by itself. */
  pollIntervalMs: milliseconds.max(LONGEST_IDLE_MS).default(30_000),
  /** How long one IDLE lasts. A sweep follows each, so this also bounds how long a silent server goes unnoticed. */
  idleRenewMs: milliseconds.max(LONGEST_IDLE_MS).default(4 * 60_000),
  /** A command without any byte of answer for this long has failed. */
  commandTimeoutMs: milliseconds.default(60_000),
  authMechanism: z.enum(['auto', 'xoauth2', 'oauthbearer', 'plain', 'login']).default('auto'),
  /** What to ask the credential provider for, as a person would be asked for it; a provider for applications knows what that means to them. */
  scopes: z.array(z.string().min(1)).default(['https://outlook.office.com/IMAP.AccessAsUser.All']),
  /** Folder paths that have a role whatever the server says. */
  folders: z
    .strictObject({
      sent: folderPath.optional(),
      drafts: folderPath.optional(),
      archive: folderPath.optional(),
      junk: folderPath.optional(),
      trash: folderPath.optional(),
      outbox: folderPath.optional(),
    })
    .default({}),
});

export type ImapConfig = z.output<typeof imapConfig>;
