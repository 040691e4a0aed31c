import type { AuthDeadline, AuthFinding, AuthStatus, MailboxId } from '@signalbox/core';
import type { Direction } from '../routing/flow.ts';

/** What one direction of a mailbox needs, in the order in which a person would look. */
export const CHECKS = [
  /** The server answers. */
  'reach',
  /** It proves who it is, by a certificate that is trusted. */
  'tls',
  /** There is a credential to show. */
  'token',
  /** Somebody agreed to what it is used for. Only where the credential tells. */
  'consent',
  /** It carries the roles or scopes that the transport needs. Only where the credential tells. */
  'permissions',
  /** The server takes this way of signing in. */
  'protocol',
  /** The server takes this credential. */
  'sign-in',
  /** The credential opens this mailbox. */
  'mailbox',
  /** The configured folders are there. Receiving only. */
  'folder',
  /** The mailbox may send. Sending only, and only where the transport can try without sending. */
  'send',
] as const;

export type CheckName = (typeof CHECKS)[number];

/** `skipped`: not tried, because something before it failed. */
export type CheckStatus = 'pass' | 'warning' | 'fail' | 'skipped';

export interface DiagnosisRow {
  readonly check: CheckName;
  readonly status: CheckStatus;
  /** What is wrong, the worst first; empty where nothing is. */
  readonly findings: readonly AuthFinding[];
  /** What ends by itself soon. */
  readonly deadlines: readonly AuthDeadline[];
  /** The failed check that this failure most likely follows from: put that right first. */
  readonly follows?: CheckName;
}

/** What was found out about one direction of one mailbox. */
export interface Diagnosis {
  readonly mailbox: MailboxId;
  readonly direction: Direction;
  readonly flow: string;
  /** In the order of `CHECKS`. A check that means nothing here, such as consent for a password, has no row. */
  readonly rows: readonly DiagnosisRow[];
  /** Absent where the provider could not be opened or asked. */
  readonly auth?: AuthStatus;
  readonly durationMs: number;
}
