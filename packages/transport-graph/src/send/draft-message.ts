import type { Correspondent, HeaderField, LetterHeader } from './mime/letter-header.ts';
import type { Survey } from './mime/survey.ts';

/** What Graph's `message` is given, as far as sending sets it (CSDL of v1.0). */
export interface DraftMessage {
  readonly subject: string;
  readonly body: { readonly contentType: 'text' | 'html'; readonly content: string };
  readonly from?: Recipient;
  readonly sender?: Recipient;
  readonly toRecipients: readonly Recipient[];
  readonly ccRecipients: readonly Recipient[];
  readonly bccRecipients: readonly Recipient[];
  readonly replyTo: readonly Recipient[];
  readonly importance?: 'low' | 'high';
  readonly internetMessageId?: string;
  readonly isReadReceiptRequested?: true;
  readonly isDeliveryReceiptRequested?: true;
  readonly internetMessageHeaders?: readonly HeaderField[];
  readonly singleValueExtendedProperties?: readonly ExtendedProperty[];
}

export interface Recipient {
  readonly emailAddress: Correspondent;
}

export interface ExtendedProperty {
  readonly id: string;
  readonly value: string;
}

/** A message whose MIME is too large for Graph, said in its properties. The date is that of its sending: Graph sets none. */
export function draftMessage({ header, body }: Survey): DraftMessage {
  const { from, sender, importance, messageId, asksForReadReceipt, asksForDeliveryReceipt } = header;
  const { headers, properties } = furtherFields(header);
  return {
    subject: header.subject ?? '',
    body: body ?? { contentType: 'text', content: '' },
    toRecipients: recipients(header.to),
    ccRecipients: recipients(header.cc),
    bccRecipients: recipients(header.bcc),
    replyTo: recipients(header.replyTo),
    ...(from && { from: recipient(from) }),
    ...(sender && { sender: recipient(sender) }),
    ...(importance && { importance }),
    ...(messageId !== undefined && { internetMessageId: `<${messageId}>` }),
    ...(asksForReadReceipt && { isReadReceiptRequested: true }),
    ...(asksForDeliveryReceipt && { isDeliveryReceiptRequested: true }),
    ...(headers.length > 0 && { internetMessageHeaders: headers }),
    ...(properties.length > 0 && { singleValueExtendedProperties: properties }),
  };
}

const recipient = (emailAddress: Correspondent): Recipient => ({ emailAddress });
const recipients = (list: readonly Correspondent[]): readonly Recipient[] => list.map((one) => recipient(one));

/** In-Reply-To and References have MAPI names of their own (MS-OXOMSG §2.2.1; FACTS.md E10). */
const IN_REPLY_TO = 'String 0x1042';
const REFERENCES = 'String 0x1039';
/** PS_INTERNET_HEADERS: what is set there leaves as a field of that name (MS-OXCMAIL, "Mapping arbitrary headers"; seen with Graph, docs/decisions/0011). */
const INTERNET_HEADERS = 'String {00020386-0000-0000-C000-000000000046} Name';
/** More are refused, and so is any other name (FACTS.md E6). */
const MOST_X_FIELDS = 5;

function furtherFields({ others, inReplyTo, references }: LetterHeader): { readonly headers: readonly HeaderField[]; readonly properties: readonly ExtendedProperty[] } {
  const headers = others.filter(({ name }) => /^x-/i.test(name)).slice(0, MOST_X_FIELDS);
  const rest = others.filter((field) => !headers.includes(field));
  return {
    headers,
    properties: [
      ...(inReplyTo === undefined ? [] : [{ id: IN_REPLY_TO, value: inReplyTo }]),
      ...(references === undefined ? [] : [{ id: REFERENCES, value: references }]),
      ...rest.map(({ name, value }) => ({ id: `${INTERNET_HEADERS} ${name}`, value })),
    ],
  };
}
