import type { MessageState } from '../../store/message.ts';
import { badRequest } from '../http/graph-error.ts';
import type { JsonObject } from '../http/request.ts';
import { type Draft, headerNamedBy, type HeaderLine } from './draft.ts';
import { addressesIn, addressIn, booleanIn, choiceIn, isObject, listIn, textIn } from './input.ts';
import { normalizeMessageId, parseMessageIds } from '@signalbox/kit';

/** What a client says of a message: what it says itself, and its state. */
export interface MessagePatch {
  readonly draft: Partial<Draft>;
  readonly state: Partial<MessageState>;
}

interface Patch {
  draft: Partial<Draft>;
  state: Partial<MessageState>;
}

type Reader = (value: unknown, patch: Patch, isNew: boolean) => void;

const draft =
  (read: (value: unknown) => Partial<Draft>): Reader =>
  (value, patch) => {
    patch.draft = { ...patch.draft, ...read(value) };
  };
const state =
  (read: (value: unknown) => Partial<MessageState>): Reader =>
  (value, patch) => {
    patch.state = { ...patch.state, ...read(value) };
  };
const ignored: Reader = () => {};

const READERS: Readonly<Record<string, Reader>> = {
  subject: draft((value) => ({ subject: value === null ? '' : textIn('subject', value) })),
  body: draft((value) => ({ body: bodyIn(value) })),
  from: draft((value) => ({ from: addressIn('from', value) })),
  sender: draft((value) => ({ sender: addressIn('sender', value) })),
  torecipients: draft((value) => ({ to: addressesIn('toRecipients', value) })),
  ccrecipients: draft((value) => ({ cc: addressesIn('ccRecipients', value) })),
  bccrecipients: draft((value) => ({ bcc: addressesIn('bccRecipients', value) })),
  replyto: draft((value) => ({ replyTo: addressesIn('replyTo', value) })),
  internetmessageid: draft((value) => messageIdIn(value)),
  isreadreceiptrequested: draft((value) => ({ asksForReadReceipt: booleanIn('isReadReceiptRequested', value) })),
  isdeliveryreceiptrequested: draft((value) => ({ asksForDeliveryReceipt: booleanIn('isDeliveryReceiptRequested', value) })),
  internetmessageheaders(value, patch, isNew) {
    if (!isNew) throw badRequest('The internetMessageHeaders of a message can only be set when it is created.', 'ErrorInvalidPropertySet');
    patch.draft = { ...patch.draft, headers: headersIn(value) };
  },
  singlevalueextendedproperties: (value, patch) => extendedPropertiesIn(value, patch),
  importance: state((value) => ({ importance: choiceIn('importance', value, ['low', 'normal', 'high']) })),
  inferenceclassification: state((value) => ({ inferenceClassification: choiceIn('inferenceClassification', value, ['focused', 'other']) })),
  isread: state((value) => ({ isRead: booleanIn('isRead', value) })),
  categories: state((value) => ({ categories: categoriesIn(value) })),
  flag: state((value) => ({ flag: choiceIn('flag', isObject(value) ? value['flagStatus'] : value, ['notFlagged', 'flagged', 'complete']) })),
};

/** What the service keeps to itself: sent along without effect. Attachments are read elsewhere. */
for (const name of 'id changekey createddatetime lastmodifieddatetime receiveddatetime sentdatetime hasattachments bodypreview parentfolderid conversationid conversationindex isdraft weblink uniquebody attachments'.split(' ')) {
  (READERS as Record<string, Reader>)[name] = ignored;
}

export function draftPatch(json: JsonObject, isNew: boolean): MessagePatch {
  const patch: Patch = { draft: {}, state: {} };
  for (const [name, value] of Object.entries(json)) {
    if (name.includes('@odata.')) continue;
    const read = READERS[name.toLowerCase()];
    if (!read) throw badRequest(`The property '${name}' does not exist on type 'microsoft.graph.message'. Make sure to only use property names that are defined by the type.`, 'RequestBodyRead');
    read(value, patch, isNew);
  }
  return patch;
}

function bodyIn(value: unknown): NonNullable<Draft['body']> {
  if (!isObject(value)) throw badRequest("Cannot convert the literal to the expected type: property 'body'.", 'RequestBodyRead');
  return { contentType: choiceIn('contentType', value['contentType'] ?? 'text', ['text', 'html']), content: textIn('content', value['content'] ?? '') };
}

function messageIdIn(value: unknown): Partial<Draft> {
  const messageId = normalizeMessageId(textIn('internetMessageId', value));
  if (messageId === undefined) throw badRequest("The property 'internetMessageId' is invalid.", 'ErrorInvalidProperty');
  return { messageId };
}

function categoriesIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw badRequest("Cannot convert the literal to the expected type: property 'categories'.", 'RequestBodyRead');
  return value.map((one) => textIn('categories', one));
}

const MOST_HEADERS = 5;

/** FACTS.md E6. */
function headersIn(value: unknown): readonly HeaderLine[] {
  const headers = listIn('internetMessageHeaders', value).map((one) => ({ name: textIn('name', one['name']), value: textIn('value', one['value']) }));
  const foreign = headers.find(({ name }) => !/^x-/i.test(name));
  if (foreign) throw badRequest(`The internet message header name '${foreign.name}' should start with 'x-' or 'X-'.`, 'InvalidInternetMessageHeader');
  if (headers.length > MOST_HEADERS) throw badRequest('Maximum number of headers in one message should be less than or equal to 5.', 'InvalidInternetMessageHeaderCollection');
  return headers;
}

/** Some are the MAPI names of header fields, which JSON has no property for (FACTS.md E10). */
function extendedPropertiesIn(value: unknown, patch: Patch): void {
  for (const one of listIn('singleValueExtendedProperties', value)) {
    const [id, text] = [textIn('id', one['id']), textIn('value', one['value'])];
    if (!/^\w+ (0x[\da-f]{1,4}|\{[\da-f-]{36}\} (name .+|id 0x[\da-f]{1,8}))$/i.test(id)) throw badRequest(`Property ID '${id}' is invalid.`, 'ErrorInvalidPropertyId');
    patch.state = { ...patch.state, properties: { ...patch.state.properties, [id]: text } };
    const tag = id.toLowerCase();
    const ids = parseMessageIds(text);
    const name = headerNamedBy(id);
    if (name !== undefined) patch.draft = { ...patch.draft, namedHeaders: [...(patch.draft.namedHeaders ?? []), { name, value: text }] };
    if (tag === 'string 0x1042' && ids[0] !== undefined) patch.draft = { ...patch.draft, inReplyTo: ids[0] };
    if (tag === 'string 0x1039') patch.draft = { ...patch.draft, references: ids };
    if (tag === 'string 0x1035' && ids[0] !== undefined) patch.draft = { ...patch.draft, messageId: ids[0] };
  }
}
