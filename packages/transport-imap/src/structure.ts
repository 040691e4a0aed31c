import type { Attachment } from '@signalbox/core';
import type { MessageStructureObject } from 'imapflow';

/** RFC 9051 §6.4.5: the only part of a message that is not multipart is number 1. */
const numberOf = ({ part }: MessageStructureObject): string => part ?? '1';

/** Encodings that leave octets as they are, so that the size on the wire is the size. */
const IDENTITY = new Set(['7bit', '8bit', 'binary']);

/** Attachments in the order of the message. Parts of an attached message are that message's business. */
export function attachmentsOf(root: MessageStructureObject): Attachment[] {
  return leavesOf(root, undefined)
    .filter(({ node, parent }) => isAttachment(node, parent))
    .map(({ node, parent }) => toAttachment(node, parent));
}

/** The leaf with this part number. */
export const findPart = (root: MessageStructureObject, id: string): MessageStructureObject | undefined =>
  leavesOf(root, undefined).find(({ node }) => numberOf(node) === id)?.node;

/**
 * Whether what a server handed out for an attached message cannot be all of it (RFC 9051 §6.4.5): it does not begin as a message does,
 * or the Message-ID that BODYSTRUCTURE tells is not in it. Where it only seems so, all that is lost is time.
 */
export function lacksHeader(node: MessageStructureObject, beginning: Buffer): boolean {
  if (!isMessage(node) || !IDENTITY.has(node.encoding ?? '7bit')) return false;
  const messageId = node.envelope?.messageId;
  return !/^(?:>?From |[!-9;-~]+[ \t]*:|\r?\n)/.test(beginning.toString('latin1', 0, 1024)) || (messageId !== undefined && !beginning.includes(messageId));
}

interface Leaf {
  readonly node: MessageStructureObject;
  readonly parent: MessageStructureObject | undefined;
}

function leavesOf(node: MessageStructureObject, parent: MessageStructureObject | undefined): Leaf[] {
  if (!node.type.startsWith('multipart/')) return [{ node, parent }];
  return (node.childNodes ?? []).flatMap((child) => leavesOf(child, node));
}

/** Text without a name is what people read; the rest of an alternative is the same once more. */
function isAttachment(node: MessageStructureObject, parent: MessageStructureObject | undefined): boolean {
  if (!mediaTypeOf(node)) return false;
  if (node.disposition === 'attachment' || filenameOf(node) !== undefined) return true;
  if (/^text\/(?:plain|html|enriched|x-amp-html|watch-html)$/.test(node.type)) return false;
  return parent?.type !== 'multipart/alternative';
}

function toAttachment(node: MessageStructureObject, parent: MessageStructureObject | undefined): Attachment {
  const filename = filenameOf(node);
  const contentId = node.id?.trim().replace(/^<(.*)>$/s, '$1');
  return {
    id: numberOf(node),
    kind: isMessage(node) ? 'message' : 'file',
    ...(filename !== undefined && { filename }),
    mediaType: mediaTypeOf(node) ?? 'application/octet-stream',
    ...(node.size !== undefined && IDENTITY.has(node.encoding ?? '7bit') && { size: node.size }),
    inline: node.disposition === 'inline' || (node.disposition === undefined && contentId !== undefined && parent?.type === 'multipart/related'),
    ...(contentId && { contentId }),
  };
}

const isMessage = ({ type }: MessageStructureObject): boolean => type === 'message/rfc822' || type === 'message/global';

/** imapflow has already decoded RFC 2231 and RFC 2047. An empty name is none. */
const filenameOf = ({ dispositionParameters, parameters }: MessageStructureObject): string | undefined =>
  dispositionParameters?.['filename'] || parameters?.['name'] || undefined;

/** Absent where the server gives something that is no media type: of a part it could not make out. */
const mediaTypeOf = ({ type }: MessageStructureObject): string | undefined => (/^[^\s/]+\/[^\s/]+$/.test(type) ? type : undefined);
