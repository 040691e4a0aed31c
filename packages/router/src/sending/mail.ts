import type { Content, EmailAddress, InternetMessageId } from '@signalbox/core';

/** What is to be sent: fields that a message is made of, or a message that is there already. */
export type OutgoingMail = OutgoingFields | OutgoingMessage;

/** Addresses may have display names: `Sales <sales@example.com>`. */
export interface OutgoingFields {
  /** Default: the configuration's, else the address of the mailbox. */
  readonly from?: string;
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  /** In addition to the configuration's. */
  readonly bcc?: readonly string[];
  readonly replyTo?: readonly string[];
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachments?: readonly OutgoingAttachment[];
  /** RFC 3834 §5: for mail that no person has written. */
  readonly autoSubmitted?: 'auto-generated' | 'auto-replied';
  readonly inReplyTo?: InternetMessageId;
  /** Oldest first. */
  readonly references?: readonly InternetMessageId[];
  /** Further fields, such as `List-Unsubscribe`; none of those above, and none that says what the message is made of. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OutgoingAttachment {
  readonly content: Content;
  readonly filename?: string;
  /** Default: by the name of the file. */
  readonly mediaType?: string;
  /** Without angle brackets; makes it a part that the HTML shows as `cid:…`. */
  readonly contentId?: string;
}

/** A whole RFC 5322 message. Its Message-ID is replaced, its Bcc taken out; Date and From are added where they are missing; the rest stays as it is. */
export interface OutgoingMessage {
  readonly message: Content;
  /** Instead of those in To, Cc and Bcc. */
  readonly recipients?: readonly EmailAddress[];
  /** In addition to the configuration's. */
  readonly bcc?: readonly string[];
  /** Written where the message has no such fields. */
  readonly inReplyTo?: InternetMessageId;
  readonly references?: readonly InternetMessageId[];
}

/** What the configuration says of all mail. */
export interface MailDefaults {
  readonly from?: EmailAddress;
  readonly bcc?: readonly EmailAddress[];
}

export const isWholeMessage = (mail: OutgoingMail): mail is OutgoingMessage => 'message' in mail;
