import { type EmailAddress, type Envelope, type InternetMessageId, MailError } from '@signalbox/core';
import { isWholeMessage, type MailDefaults, type OutgoingFields, type OutgoingMail, type OutgoingMessage } from '../mail.ts';
import { stampOf } from '../stamp.ts';
import { addressesIn, addressesWithout, demandAddresses, uniqueAddresses } from './addresses.ts';
import { digestOf } from './digest.ts';
import { openMessage, readHeader } from './header.ts';
import { makeMessage } from './made.ts';
import { completeMessage } from './whole.ts';

export interface ComposeOptions {
  /** The id of the outbox entry. */
  readonly id: string;
  readonly date: Date;
  readonly mailbox: EmailAddress;
  readonly defaults: MailDefaults;
}

/** A mail that is ready to be written down, and to be sent later as it was written. */
export interface ComposedMail {
  readonly messageId: InternetMessageId;
  readonly from: EmailAddress;
  readonly subject?: string;
  readonly envelope: Envelope;
  /** Those of the envelope whom no header names. */
  readonly bcc: readonly EmailAddress[];
  /** To be read once. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Once `bytes` were read. */
  requestDigest(): string;
}

/** Throws `message.refused` for what cannot be sent as it is, before anything is written down. */
export const composeMail = (mail: OutgoingMail, options: ComposeOptions): Promise<ComposedMail> => (isWholeMessage(mail) ? composeWhole(mail, options) : composeFields(mail, options));

async function composeFields(mail: OutgoingFields, { id, date, mailbox, defaults }: ComposeOptions): Promise<ComposedMail> {
  const { from = defaults.from ?? mailbox, to = [], cc = [], bcc = [], replyTo = [], attachments = [], subject } = mail;
  const sender = oneSender(demandAddresses('from', [from]));
  demandAddresses('replyTo', replyTo);
  const named = uniqueAddresses([...demandAddresses('to', to), ...demandAddresses('cc', cc)]);
  const hidden = hiddenBesides(named, [...demandAddresses('bcc', bcc), ...(defaults.bcc ?? [])]);
  const digest = digestOf(requestOf(mail));
  const messageId = stampOf(id, sender);
  const tapped = attachments.map((attachment) => ({ ...attachment, content: digest.tap(attachment.content) }));
  return {
    messageId,
    from: sender,
    ...(subject !== undefined && { subject }),
    envelope: envelopeOf(mailbox, [...named, ...hidden]),
    bcc: hidden,
    bytes: makeMessage({ ...mail, attachments: tapped }, { messageId, date, from }),
    requestDigest: () => digest.value(),
  };
}

/** In an order of our own: programs build objects as they like. */
const requestOf = (mail: OutgoingFields): unknown => [
  [mail.from, mail.to, mail.cc, mail.bcc, mail.replyTo, mail.subject, mail.text, mail.html, mail.autoSubmitted, mail.inReplyTo, mail.references],
  Object.entries(mail.headers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
  (mail.attachments ?? []).map(({ filename, mediaType, contentId }) => [filename, mediaType, contentId]),
];

async function composeWhole(mail: OutgoingMessage, { id, date, mailbox, defaults }: ComposeOptions): Promise<ComposedMail> {
  const digest = digestOf([mail.recipients, mail.bcc, mail.inReplyTo, mail.references]);
  const opened = await openMessage(digest.tap(mail.message).open());
  const header = await readHeader(opened.fields);
  const addresses = (name: string): readonly EmailAddress[] => addressesIn(header.texts(name));
  const named = uniqueAddresses([...addresses('to'), ...addresses('cc')]);
  const from = header.has('from') ? oneSender(addresses('from'), addresses('sender')) : (defaults.from ?? mailbox);
  const given = uniqueAddresses(mail.recipients ?? [...named, ...addresses('bcc')]);
  demandAddresses('recipients', given);
  const recipients = uniqueAddresses([...given, ...demandAddresses('bcc', mail.bcc ?? []), ...(defaults.bcc ?? [])]);
  const messageId = stampOf(id, from);
  return {
    messageId,
    from,
    ...(header.subject !== undefined && { subject: header.subject }),
    envelope: envelopeOf(mailbox, recipients),
    bcc: addressesWithout(recipients, named),
    bytes: completeMessage(opened, mail, { messageId, date, from }),
    requestDigest: () => digest.value(),
  };
}

/** A message may have several authors, and names one sender then (RFC 5322 §3.6.2). */
function oneSender([first, ...others]: readonly EmailAddress[], [sender]: readonly EmailAddress[] = []): EmailAddress {
  const found = others.length > 0 ? (sender ?? first) : first;
  if (found !== undefined) return found;
  throw new MailError('message.refused', 'The message has a From that names nobody.', { remedy: { who: 'operator', action: 'fix-config', text: 'Name one address in From, or leave it out.' } });
}

const hiddenBesides = (named: readonly EmailAddress[], bcc: readonly EmailAddress[]): readonly EmailAddress[] => addressesWithout(uniqueAddresses(bcc), named);

/** Sent from the mailbox itself, whatever From says: reports of failure come back to where they are looked for (RFC 3464 §1.1). */
function envelopeOf(mailbox: EmailAddress, [first, ...others]: readonly EmailAddress[]): Envelope {
  if (first !== undefined) return { mailFrom: mailbox, rcptTo: [first, ...others] };
  throw new MailError('message.refused', 'The message has no recipient.', {
    remedy: { who: 'operator', action: 'fix-config', text: 'Name one in "to", "cc" or "bcc".' },
  });
}
