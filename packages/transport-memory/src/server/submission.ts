import type { EmailAddress, Envelope, InternetMessageId } from '@signalbox/core';

/** A message the server took for sending. */
export interface SubmittedMessage {
  readonly mailFrom: EmailAddress;
  readonly rcptTo: readonly EmailAddress[];
  readonly raw: Uint8Array;
}

/** A message that lies ready. It stays here after it was sent, so that it is never sent again. */
export interface StagedMessage {
  readonly messageId: InternetMessageId;
  readonly envelope: Envelope;
  readonly raw: Uint8Array;
  readonly saveCopy: boolean;
  sent: boolean;
}
