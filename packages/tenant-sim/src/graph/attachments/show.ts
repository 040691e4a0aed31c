import { keptSource } from '../../store/source.ts';
import { unknownProperty } from '../http/graph-error.ts';
import { preview, shownBody } from '../messages/content.ts';
import { instant, propertyName, readProperty } from '../messages/properties.ts';
import { MessageView } from '../messages/view.ts';
import { type Attachment, attachmentsOf, contentTypeOf, nameOf } from './attachment.ts';

export interface AttachmentOptions {
  readonly select?: readonly string[];
  /** `$expand=microsoft.graph.itemattachment/item` */
  readonly expandItem?: boolean;
}

const COMMON = ['lastModifiedDateTime', 'name', 'contentType', 'size', 'isInline'];
const OF_FILES = ['contentId', 'contentLocation', 'contentBytes'];
const SELECTABLE = new Map([...COMMON, ...OF_FILES, 'id'].map((name) => [name.toLowerCase(), name]));

export async function showAttachment(view: MessageView, attachment: Attachment, { select, expandItem = false }: AttachmentOptions): Promise<Readonly<Record<string, unknown>>> {
  const json = attachmentJson(view, attachment, select);
  return expandItem && attachment.kind === 'item' ? { ...json, item: await attachedItem(view, attachment) } : json;
}

export function attachmentJson(view: MessageView, attachment: Attachment, select?: readonly string[]): Readonly<Record<string, unknown>> {
  const names = select?.map((name) => selectable(name)) ?? [...COMMON, ...OF_FILES];
  const { kind, content } = attachment;
  const json: Record<string, unknown> = { '@odata.type': `#microsoft.graph.${kind}Attachment` };
  if (kind === 'file') json['@odata.mediaContentType'] = attachment.contentType;
  json['id'] = attachment.id;
  const values: Readonly<Record<string, () => unknown>> = {
    lastModifiedDateTime: () => instant(view.message.modifiedAt),
    name: () => nameOf(attachment),
    contentType: () => contentTypeOf(attachment),
    // Exchange counts its own overhead in too; nobody may take it for the length of the content (FACTS.md E7, example of a large attachment).
    size: () => content.byteLength + 200,
    isInline: () => attachment.isInline,
    contentId: () => attachment.contentId ?? null,
    contentLocation: () => null,
    contentBytes: () => content.toString('base64'),
  };
  for (const name of names) if (values[name] && (kind === 'file' || !OF_FILES.includes(name))) json[name] = values[name]();
  return json;
}

function selectable(name: string): string {
  const known = SELECTABLE.get(name.split('/').at(-1)?.toLowerCase() ?? '');
  if (known === undefined) throw unknownProperty(name, 'attachment');
  return known;
}

const OF_ITEMS =
  'createdDateTime lastModifiedDateTime receivedDateTime sentDateTime hasAttachments internetMessageId subject importance conversationId conversationIndex internetMessageHeaders isDeliveryReceiptRequested isReadReceiptRequested isRead isDraft webLink'.split(
    ' ',
  );
const RECIPIENTS = ['sender', 'from', 'toRecipients', 'ccRecipients', 'bccRecipients', 'replyTo', 'flag'];

/** An attached message: no item of the mailbox, so its id is empty (example of attachment-get). */
async function attachedItem({ lens, message }: MessageView, { content }: Attachment): Promise<Readonly<Record<string, unknown>>> {
  const inner = await new MessageView(lens, { ...message, isRead: true, isDraft: false, flag: 'notFlagged', importance: 'normal', categories: [], source: keptSource(content) }).load();
  const read = (names: readonly string[]) => names.map((name) => [name, readProperty(inner, propertyName(name) ?? name)] as const);
  return {
    '@odata.type': '#microsoft.graph.message',
    id: '',
    ...Object.fromEntries(read(OF_ITEMS)),
    bodyPreview: preview(inner.body),
    body: shownBody(inner.body, lens.bodyType),
    ...Object.fromEntries(read(RECIPIENTS)),
    // Attachments of what is attached come along, as in the documentation's example of a nested one.
    ...(inner.body.attachments.length > 0 && { attachments: attachmentsOf(inner).map((one) => attachmentJson(inner, one)) }),
  };
}
