import { z } from 'zod';

const milliseconds = z.int().positive().max(3_600_000);

export const smtpConfig = z.strictObject({
  host: z.string().min(1).max(253), // RFC 1035 §2.3.4; a SOCKS proxy could not even be asked for more
  port: z.int().min(1).max(65_535).default(587),
  /** `starttls` never falls back to plain text. */
  tls: z.enum(['implicit', 'starttls']).default('starttls'),
  /** PEM certificates trusted beside the system's own and the host's. */
  ca: z.union([z.string(), z.array(z.string())]).optional(),
  /** The name the server's certificate is checked against, where it differs from `host`. */
  servername: z.string().min(1).optional(),
  /** Exchange Online takes three at a time per mailbox (FACTS.md C6). */
  maxConnections: z.int().min(1).max(50).default(3),
  /** A connection without work is closed after this long; servers end idle ones after a few minutes. */
  idleCloseMs: milliseconds.default(30_000),
  /** For name, TCP and TLS. */
  connectTimeoutMs: milliseconds.default(30_000),
  /** For the server's first line and its answer to EHLO; some greet late on purpose. */
  greetingTimeoutMs: milliseconds.default(60_000),
  /** For the answers to a sign-in and to an envelope. */
  commandTimeoutMs: milliseconds.default(120_000),
  /** Without progress while content is sent, and for the answer to it: RFC 5321 §4.5.3.2.6 asks for ten minutes. */
  dataTimeoutMs: milliseconds.default(600_000),
  /** Whether the server files a copy in Sent by itself, as Exchange Online does. */
  sentCopy: z.enum(['automatic', 'none']).default('none'),
  /** The largest message to send, in octets; what the server says when absent. */
  maxBytes: z.int().positive().optional(),
  authMechanism: z.enum(['auto', 'plain', 'login', 'xoauth2']).default('auto'),
  /** What to ask the credential provider for, as a person would be asked for it; a provider for applications knows what that means to them. */
  scopes: z.array(z.string().min(1)).default(['https://outlook.office.com/SMTP.Send']),
  /** What the server offers is not always what it can do: EHLO keywords and SASL mechanisms named here count as not offered. */
  ignoreCapabilities: z.array(z.string().min(1)).default([]),
});

export type SmtpConfig = z.output<typeof smtpConfig>;
