import type { EmailAddress, Envelope, InternetMessageId, ProtocolDetail, Remedy, Staged } from '@signalbox/core';
import { secret } from '@signalbox/core';
import type { Selectable } from 'kysely';
import type { Keyring, SealedRecord } from '../crypto/keyring.ts';
import type { OutboxTable } from '../schema/outbox.ts';
import type { OutboxState } from './states.ts';

/** A mail that is to be sent once, and what is known of it. */
export interface OutboxEntry {
  readonly id: string;
  readonly mailbox: string;
  readonly idempotencyKey: string;
  readonly state: OutboxState;
  readonly messageId: InternetMessageId;
  /** Where the server gave it another one. */
  readonly filedAs?: InternetMessageId;
  /** Octets. */
  readonly size: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When something is to be done next; without meaning once nothing is. */
  readonly dueAt: Date;
  /** How often it was tried. */
  readonly attempt: number;
  /** How often it has been looked for since the last attempt. */
  readonly looks: number;
  /** When the last attempt has ended for certain; absent while none has come to the wire. */
  readonly deadline?: Date;
  /** What the last attempt went through. */
  readonly route?: RoutePin;
  readonly staged?: Staged;
  readonly lastError?: OutboxFailure;
  readonly sentAt?: Date;
  /** Absent where the server files the copy, or none is wanted. */
  readonly copy?: 'due' | 'filed' | 'failed';
  readonly bouncedAt?: Date;
  /** W3C traceparent of its submission. */
  readonly trace?: string;
  /** Absent once the time to keep it is over, and where it does not open. */
  readonly mail?: OutboxMail;
  /** The sealed part of the entry does not open: why, and what helps. */
  readonly unreadable?: FailureWords;
}

/** The route of one attempt. */
export interface RoutePin {
  readonly transport: string;
  /** The door, or the server where the transport has none to read. */
  readonly door?: string;
  /** What was sent is found again for certain, in Sent or by its handle: not to find it in the end proves that it was not sent. */
  readonly isProvable: boolean;
}

/** In clear; the words of a failure are sealed with the mail. */
export interface OutboxFailure {
  readonly class: string;
  readonly code: string;
}

/** Everything about a mail that is somebody's, and therefore sealed. */
export interface OutboxMail {
  readonly from: EmailAddress;
  readonly subject?: string;
  readonly envelope: Envelope;
  /** Those of the envelope whom no header names. */
  readonly bcc: readonly EmailAddress[];
  readonly saveSentCopy?: boolean;
  /** ISO 8601; absent: at once. */
  readonly sendAt?: string;
  /** It lies staged at a server that may have accepted it: to send the same handle again is harmless, anything else is not. */
  readonly mayHaveLeft?: boolean;
  /** Some recipients have it: only these are still to get it. */
  readonly left?: readonly EmailAddress[];
  readonly refused?: readonly RefusedRecipient[];
  readonly failure?: FailureWords;
  readonly reported?: readonly ReportedFailure[];
}

export interface RefusedRecipient {
  readonly address: EmailAddress;
  readonly code: string;
  readonly message: string;
}

export interface FailureWords {
  readonly code: string;
  readonly message: string;
  readonly remedy?: Remedy;
  readonly detail?: ProtocolDetail;
}

/** A recipient of whom a mail server has reported (RFC 3464). */
export interface ReportedFailure {
  readonly address: EmailAddress;
  readonly action: string;
  readonly status?: string;
  readonly diagnostic?: string;
  /** The delivery that brought the report. */
  readonly delivery?: string;
}

type Row = Selectable<OutboxTable>;

export function entryOf(row: Row, keyring: Keyring): OutboxEntry {
  const { filed_as, deadline, route, staged, last_error, sent_at, copy, bounced_at, trace, sealed, key_id } = row;
  return {
    id: row.id,
    mailbox: row.mailbox,
    idempotencyKey: row.idempotency_key,
    state: row.state,
    messageId: row.message_id,
    size: row.size,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    dueAt: new Date(row.due_at),
    attempt: row.attempt,
    looks: row.looks,
    ...(filed_as !== null && { filedAs: filed_as }),
    ...(deadline !== null && { deadline: new Date(deadline) }),
    ...(route !== null && { route: JSON.parse(route) as RoutePin }),
    ...(staged !== null && { staged: JSON.parse(staged) as Staged }),
    ...(last_error !== null && { lastError: JSON.parse(last_error) as OutboxFailure }),
    ...(sent_at !== null && { sentAt: new Date(sent_at) }),
    ...(copy !== null && { copy }),
    ...(bounced_at !== null && { bouncedAt: new Date(bounced_at) }),
    ...(trace !== null && { trace }),
    ...(sealed !== null && key_id !== null && openMail(keyring, row.id, { sealed, keyId: key_id })),
  };
}

/** A damaged one is told, and stops nobody's other mail. */
function openMail(keyring: Keyring, id: string, record: SealedRecord): Pick<OutboxEntry, 'mail' | 'unreadable'> {
  const readable = keyring.read('outbox', id, record);
  if ('text' in readable) return { mail: JSON.parse(readable.text) as OutboxMail };
  const { code, message, remedy } = readable.failure;
  return { unreadable: { code, message, ...(remedy && { remedy }) } };
}

export function sealMail(keyring: Keyring, id: string, mail: OutboxMail): { readonly sealed: string; readonly key_id: string } {
  const { sealed, keyId } = keyring.seal('outbox', id, secret(JSON.stringify(mail)));
  return { sealed, key_id: keyId };
}
