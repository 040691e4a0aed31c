import type { CredentialKind, EmailAddress, FolderRole, Keyword, LogLevel, MailTransport, TransportPlugin } from '@signalbox/core';
import type { CaseId } from './case.ts';

/**
 * What the author of a transport provides for one case: a mailbox nobody else uses, the transport opened on it,
 * a second door to the server behind it, and switches for what can go wrong.
 * The standard folders exist and are empty.
 */
export interface World extends AsyncDisposable {
  readonly transport: MailTransport;
  /** The address of the mailbox; the sender the server accepts. */
  readonly address: EmailAddress;
  /** Two other addresses this server delivers to; cases send to these and to no others. */
  readonly recipients: readonly [EmailAddress, EmailAddress];
  /** The plugin the transport came from; cases about its manifest need it. */
  readonly plugin?: TransportPlugin;
  /** Another transport on the same mailbox, as after a restart of the process. The world disposes of it. */
  reopen(): Promise<MailTransport>;
  readonly door: Door;
  readonly faults: Faults;
  /** A configuration the plugin accepts; cases spoil it to see what is refused. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Passwords and tokens in use: they must appear in no cursor, error, log or `refSpace`. */
  readonly secrets?: readonly string[];
  /** Everything the transports of this world have logged so far. */
  logged?(): readonly LoggedEvent[];
  /** The server runs in this process: what it keeps in memory cannot be told from what the transport keeps. */
  readonly sharesProcess?: boolean;
  /** Cases this server cannot pass by a defect of its own, with the reason. At most three for a server, all its doors together, each with evidence in `docs/quirks`. */
  readonly defects?: Readonly<Partial<Record<CaseId, string>>>;
}

export interface LoggedEvent {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export type OpenWorld = () => Promise<World>;

/**
 * A way into the server that does not pass through the transport under test. A member that is absent is something
 * this server offers no way to do; cases that need it are *not applicable* there.
 */
export interface Door {
  /** Puts a message into a folder (default: inbox), byte for byte, as if it had just arrived unread. */
  deliver?(raw: Uint8Array, options?: DeliverOptions): Promise<void>;
  /** What a folder holds, oldest first, exactly as the server keeps it. */
  stored?(role: FolderRole): Promise<readonly StoredMessage[]>;
  /** Removes every message with this subject from a folder, as another client would. */
  expunge?(role: FolderRole, subject: string): Promise<void>;
  /** Moves every message with this subject between folders, as another client would. */
  move?(from: FolderRole, to: FolderRole, subject: string): Promise<void>;
  /** Sets exactly these keywords on every message with this subject, as another client would. */
  setKeywords?(role: FolderRole, subject: string, keywords: readonly Keyword[]): Promise<void>;
  /** Messages the server took for sending, in order: the envelope and the bytes that left. */
  submitted?(): Promise<readonly SubmittedMessage[]>;
}

export interface DeliverOptions {
  readonly role?: FolderRole;
  /** Whole seconds. */
  readonly receivedAt?: Date;
  readonly keywords?: readonly Keyword[];
}

export interface StoredMessage {
  readonly raw: Uint8Array;
  readonly keywords: ReadonlySet<Keyword>;
  /** Absent where the server does not tell. */
  readonly receivedAt?: Date;
}

export interface SubmittedMessage {
  /** Absent where the server does not keep it. */
  readonly mailFrom?: EmailAddress;
  readonly rcptTo: readonly EmailAddress[];
  readonly raw: Uint8Array;
}

/** A fault that lasts until this is disposed of. */
export type Held = Disposable | AsyncDisposable;

/** Switches. One that is absent makes the cases that need it *not applicable*: counted and printed, never green. */
export interface Faults {
  /** Positions handed out so far are void: UIDVALIDITY changes, the delta token dies. */
  expireCursors?(): Promise<void>;
  /** The server's counter of messages goes back, as after a restore from backup, with no other sign. */
  rewindPositions?(): Promise<void>;
  /** The server leaves one message out of its next answers, then shows it again: the subject names it. */
  hideOnce?(subject: string): Promise<void>;
  /** Every open connection is cut. */
  dropConnections?(): Promise<void>;
  /** The server stops answering until the result is disposed of. */
  hang?(): Promise<Held>;
  /** The next content handed over for sending is taken, but the answer to it never comes back. */
  loseNextSendAnswer?(): Promise<void>;
  /** Every credential the transport is given from now on is refused, until the result is disposed of. */
  refuseCredentials?(): Promise<Held>;
  /** The credential now in use stops working; the source has a fresh one for whoever hands the old one back. */
  renewCredential?(): Promise<void>;
  /** How often the transport asked for a credential, and how often it handed a refused one back. */
  credentialRequests?(): CredentialRequests;
  /** Requests are answered with the server's "too many, come later". */
  throttle?(): Promise<Held>;
  /** The mailbox has no room left. */
  fillMailbox?(): Promise<Held>;
  /** An address the server refuses as a recipient. */
  readonly refusedRecipient?: EmailAddress;
  /** A sender address this mailbox may not use. */
  readonly foreignSender?: EmailAddress;
  /** Content of this size is more than the server takes. */
  readonly tooLarge?: number;
}

export interface CredentialRequests {
  readonly asked: number;
  readonly rejected: number;
  /** Every kind that any of the requests accepted. */
  readonly accepted?: readonly CredentialKind[];
}
