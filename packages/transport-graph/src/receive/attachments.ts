import { type Attachment, type ByteSource, type CallOptions, MailError, type MessageRef } from '@signalbox/core';
import { segment } from '../http/request.ts';
import { allOf } from '../pages.ts';
import { enter, type Session } from '../session.ts';

interface GraphAttachment {
  readonly '@odata.type'?: string;
  readonly id?: string;
  readonly name?: string | null;
  readonly contentType?: string | null;
  readonly isInline?: boolean | null;
  readonly contentId?: string | null;
}

/** `size` is left out: it counts Exchange's own overhead in (FACTS.md E7). */
const SELECT = 'id,name,contentType,isInline,microsoft.graph.fileAttachment/contentId';

const KINDS: Readonly<Record<string, Attachment['kind']>> = { itemAttachment: 'message', referenceAttachment: 'link' };
const kindOf = (type: string | undefined): Attachment['kind'] => KINDS[type?.split('.').at(-1) ?? ''] ?? 'file';

export async function listAttachments(session: Session, ref: MessageRef, options?: CallOptions): Promise<readonly Attachment[]> {
  enter(session, options);
  const found = await allOf<GraphAttachment>(session.client, { method: 'GET', path: `/messages/${segment(ref.key)}/attachments`, query: { $select: SELECT }, signal: options?.signal });
  return found.flatMap((attachment) => attachmentOf(attachment) ?? []);
}

function attachmentOf({ '@odata.type': type, id, name, contentType, isInline, contentId }: GraphAttachment): Attachment | undefined {
  if (!id) return undefined;
  const kind = kindOf(type);
  const cid = contentId?.replace(/^<(.*)>$/, '$1');
  return {
    id: `${kind}.${id}`,
    kind,
    ...(name && { filename: name }),
    mediaType: kind === 'message' ? 'message/rfc822' : mediaTypeOf(contentType),
    inline: isInline === true && kind === 'file',
    ...(cid && { contentId: cid }),
  };
}

/** Graph repeats what the sender wrote, parameters and all. */
function mediaTypeOf(contentType: string | null | undefined): string {
  const [type = ''] = (contentType ?? '').split(';', 1);
  const plain = type.trim().toLowerCase();
  return /^[^\s/]+\/[^\s/]+$/.test(plain) ? plain : 'application/octet-stream';
}

/** A file's bytes as they were before they were encoded, an attached message as MIME text (FACTS.md E5). */
export async function fetchAttachment(session: Session, ref: MessageRef, attachmentId: string, options?: CallOptions): Promise<ByteSource> {
  enter(session, options);
  const [, kind, id] = /^(file|message|link)\.(.+)$/.exec(attachmentId) ?? [];
  if (id === undefined) throw new MailError('message.not-found', 'The message has no such attachment.');
  if (kind === 'link') throw new MailError('capability.unsupported', 'The attachment is a link, and has no bytes of its own.');
  return session.client.open({ method: 'GET', path: `/messages/${segment(ref.key)}/attachments/${segment(id)}/$value`, headers: { accept: '*/*' }, signal: options?.signal });
}
