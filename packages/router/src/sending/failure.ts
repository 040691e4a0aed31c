import { isMailError, type MailError, type MailErrorCode } from '@signalbox/core';

/** How an attempt that failed goes on. */
export type FailureClass =
  /** The server or the way to it is out of order. */
  | 'retry'
  /** The server wants fewer requests, or later ones. */
  | 'throttle'
  /** An allowance is used up: hours, not seconds. */
  | 'quota'
  /** It will never take this message. */
  | 'refused'
  /** Nothing works for this mailbox until somebody has done something. */
  | 'waits'
  /** Nothing works for this message until somebody has done something. */
  | 'person'
  /** It may have taken the message. */
  | 'unknown';

/** How far the attempt had come. Before the wire nothing can have left, whatever went wrong. */
export type Phase = 'before-wire' | 'at-wire';

/** Codes whose own `retry` does not tell what it means for a mail that is to be sent. */
const BY_CODE: Readonly<Partial<Record<MailErrorCode, FailureClass>>> = {
  'throttled': 'throttle',
  'quota.exceeded': 'quota',
  'sender.refused': 'person', // right for another From: the mailbox goes on
  'transport.closed': 'retry', // the connection was replaced: the entry has nothing to do with it
  'message.refused': 'refused',
  'message.too-large': 'refused',
  'recipient.refused': 'refused',
  'capability.unsupported': 'refused',
};

/**
 * Sorts what an attempt threw. What nobody explains is a mistake of the plugin: before the wire it may be repeated, at the wire it leaves the
 * outcome open, as does a handle that the server does not know any more.
 */
export function classify(error: unknown, phase: Phase): FailureClass {
  if (!isMailError(error)) return phase === 'at-wire' ? 'unknown' : 'retry';
  if (error.retry === 'unknown-outcome' || error.code === 'message.not-found') return phase === 'at-wire' ? 'unknown' : 'retry';
  const known = BY_CODE[error.code];
  return known === undefined || (known === 'refused' && error.retry !== 'never') ? byFacts(error) : known; // a refusal for now says so itself
}

function byFacts({ retry, affects }: MailError): FailureClass {
  if (retry === 'safe' || retry === 'restart') return 'retry';
  if (affects !== 'item' && affects !== 'folder') return 'waits';
  return retry === 'after-remedy' ? 'person' : 'refused';
}
