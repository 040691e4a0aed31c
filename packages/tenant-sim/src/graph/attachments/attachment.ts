import { createHash } from 'node:crypto';
import { type AttachmentFacts, headerFacts } from '../../mime/facts.ts';
import { headerValue, parseHeaders } from '../../mime/headers.ts';
import { parseStructured } from '../../mime/parameters.ts';
import type { MessageView } from '../messages/view.ts';

export type AttachmentKind = 'file' | 'item' | 'reference';

/** What is attached to a message, with the id Graph gives it. */
export interface Attachment extends AttachmentFacts {
  readonly id: string;
  readonly kind: AttachmentKind;
}

/** After the body has been loaded. */
export function attachmentsOf(view: MessageView): readonly Attachment[] {
  const seen = new Map<string, number>();
  return view.body.attachments.map((facts) => {
    const digest = createHash('sha256').update(facts.name ?? '').update('\0').update(facts.content).digest('hex');
    const nth = seen.get(digest) ?? 0;
    seen.set(digest, nth + 1);
    return { ...facts, id: idOf(view, digest, nth), kind: kindOf(facts) };
  });
}

/** An id that begins like the message's and stays the same while others come and go. */
function idOf({ id }: MessageView, digest: string, nth: number): string {
  const own = Buffer.concat([Buffer.from([0, 0, 1, 18, 0, 16, 0]), Buffer.from(digest.slice(0, 30), 'hex'), Buffer.from([nth])]);
  return Buffer.concat([Buffer.from(id, 'base64url'), own]).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** A link to a file elsewhere is a body of RFC 2017. */
function kindOf({ contentType }: AttachmentFacts): AttachmentKind {
  if (contentType === 'message/rfc822') return 'item';
  return contentType === 'message/external-body' ? 'reference' : 'file';
}

/** What Graph calls it: an attached message by its subject. */
export function nameOf({ kind, name, content }: Attachment): string | null {
  if (kind === 'item') return name ?? headerFacts(content).subject ?? null;
  return name ?? null;
}

/** null for messages; for a link, what it leads to. */
export function contentTypeOf({ kind, contentType, content }: Attachment): string | null {
  if (kind === 'item') return null;
  if (kind === 'file') return contentType;
  return parseStructured(headerValue(parseHeaders(content), 'content-type') ?? 'application/octet-stream').value;
}

