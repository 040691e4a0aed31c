import { headerFacts, type Mailbox as Address } from '../../mime/facts.ts';
import { headerValue } from '../../mime/headers.ts';
import type { Directory } from '../../directory/directory.ts';
import { preview, shownBody, uniqueBody } from './content.ts';
import { conversationId, conversationIndex } from './thread.ts';
import { changeKeyOf } from './versions.ts';
import type { MessageView } from './view.ts';

interface Property {
  readonly read: (view: MessageView) => unknown;
  /** The body has to be loaded first; such a property cannot be filtered or sorted by. */
  readonly needsBody?: true;
  /** Only when it is selected by name. */
  readonly onRequest?: true;
  /** Kept back from Mail.ReadBasic. */
  readonly sensitive?: true;
}

/** Microsoft's instants have whole seconds where Exchange tells them. */
export const instant = (at: Date | number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** In the order in which the documentation's answers have them (examples of message-get). */
const PROPERTIES: Readonly<Record<string, Property>> = {
  createdDateTime: { read: ({ message }) => instant(message.createdAt) },
  lastModifiedDateTime: { read: ({ message }) => instant(message.modifiedAt) },
  changeKey: { read: ({ lens, message }) => changeKeyOf(lens.mailbox, message.sequence) },
  categories: { read: ({ message }) => message.categories },
  receivedDateTime: { read: (view) => instant(arrivedAt(view)) },
  sentDateTime: { read: (view) => instant(sentAt(view)) },
  hasAttachments: { read: ({ lens, message }) => lens.graph.structure.hasAttachments(message) },
  internetMessageId: { read: internetMessageId },
  subject: { read: ({ headers }) => headers.subject ?? null },
  bodyPreview: { read: ({ body }) => preview(body), needsBody: true, sensitive: true },
  importance: { read: importance },
  parentFolderId: { read: ({ lens, message }) => lens.mailbox.folderId(message.folder) },
  conversationId: { read: ({ lens, headers }) => conversationId(lens.mailbox.id, headers) },
  conversationIndex: { read: (view) => conversationIndex(view.headers, sentAt(view)) },
  isDeliveryReceiptRequested: { read: ({ headers }) => headerValue(headers.fields, 'return-receipt-to') !== undefined },
  isReadReceiptRequested: { read: ({ headers }) => headerValue(headers.fields, 'disposition-notification-to') !== undefined },
  isRead: { read: ({ message }) => message.isRead },
  isDraft: { read: ({ message }) => message.isDraft },
  webLink: { read: ({ id }) => `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(id)}&exvsurl=1&viewmodel=ReadMessageItem` },
  inferenceClassification: { read: ({ message }) => message.inferenceClassification },
  body: { read: ({ body, lens }) => shownBody(body, lens.bodyType), needsBody: true, sensitive: true },
  uniqueBody: { read: ({ body, lens }) => uniqueBody(shownBody(body, lens.bodyType)), needsBody: true, onRequest: true, sensitive: true },
  internetMessageHeaders: { read: ({ mime }) => mime.root.fields.map(({ name, value }) => ({ name, value })), onRequest: true },
  sender: { read: (view) => recipientOrNull(view, view.headers.sender ?? view.headers.from) },
  from: { read: (view) => recipientOrNull(view, view.headers.from) },
  toRecipients: { read: (view) => recipients(view, view.headers.to) },
  ccRecipients: { read: (view) => recipients(view, view.headers.cc) },
  bccRecipients: { read: (view) => recipients(view, view.headers.bcc) },
  replyTo: { read: (view) => recipients(view, view.headers.replyTo) },
  flag: { read: ({ message }) => ({ flagStatus: message.flag }) },
};

const BY_LOWER_CASE = new Map(Object.keys(PROPERTIES).map((name) => [name.toLowerCase(), name]));

export const DEFAULT_PROPERTIES: readonly string[] = Object.entries(PROPERTIES).flatMap(([name, { onRequest }]) => (onRequest ? [] : [name]));

/** The name as Graph writes it; undefined for what is no property. */
export const propertyName = (name: string): string | undefined => BY_LOWER_CASE.get(name.toLowerCase());
export const needsBody = (name: string): boolean => PROPERTIES[name]?.needsBody ?? false;
export const isSensitive = (name: string): boolean => PROPERTIES[name]?.sensitive ?? false;
export const readProperty = (view: MessageView, name: string): unknown => PROPERTIES[name]?.read(view);

/** What filters and orders compare: instants with their milliseconds, which answers do not show. */
export function comparedProperty(view: MessageView, name: string): unknown {
  if (name === 'receivedDateTime') return arrivedAt(view);
  if (name === 'sentDateTime') return sentAt(view);
  if (name === 'createdDateTime') return new Date(view.message.createdAt);
  if (name === 'lastModifiedDateTime') return new Date(view.message.modifiedAt);
  return readProperty(view, name);
}

export const arrivedAt = ({ lens, message }: MessageView): Date => lens.graph.view.arrivedAt(lens.mailbox, message);

export const sentAt = ({ headers, message }: MessageView): Date => headers.sentAt ?? new Date(message.createdAt);

/** From this door's own text where a fault changes it there. */
function internetMessageId(view: MessageView): string | null {
  const { faults } = view.lens.graph;
  const isChanged = faults.peek('door.message-id', { door: 'graph', mailbox: view.lens.mailbox.address }) !== undefined;
  return (isChanged ? headerFacts(view.mime.raw).internetMessageId : view.lens.graph.structure.internetMessageId(view.message)) ?? null;
}

function importance({ message, headers }: MessageView): string {
  if (message.importance !== 'normal') return message.importance;
  const said = headerValue(headers.fields, 'importance')?.trim().toLowerCase();
  return said === 'high' || said === 'low' ? said : 'normal';
}

const recipients = (view: MessageView, addresses: readonly Address[]): unknown => addresses.map((address) => recipient(view.lens.graph.directory, address));

const recipientOrNull = (view: MessageView, address: Address | undefined): unknown => (address ? recipient(view.lens.graph.directory, address) : null);

/** Exchange shows the name of the directory, or the address, where the message has no name. */
const recipient = (directory: Directory, { name, address }: Address): unknown => ({ emailAddress: { name: name ?? directory.user(address)?.displayName ?? address, address } });
