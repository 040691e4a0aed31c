import type { AttachmentFacts } from '../../mime/facts.ts';
import { badRequest } from '../http/graph-error.ts';
import type { JsonObject } from '../http/request.ts';
import { compose } from './compose.ts';
import { EMPTY } from './draft.ts';
import { booleanIn, isObject, textIn } from './input.ts';
import { draftPatch } from './message-input.ts';

/** One attachment as clients send it; a link cannot be attached in v1.0, which has no place for where it leads (FACTS.md E7). */
export async function attachmentIn(json: JsonObject, now: Date): Promise<AttachmentFacts> {
  const type = textIn('@odata.type', json['@odata.type'] ?? '').replace(/^#/, '').toLowerCase();
  if (type === 'microsoft.graph.fileattachment') return fileIn(json);
  if (type === 'microsoft.graph.itemattachment') return itemIn(json, now);
  throw badRequest(`Unsupported attachment type '${type}'.`, 'ErrorInvalidAttachment');
}

function fileIn(json: JsonObject): AttachmentFacts {
  const { name, contentType, contentId, isInline } = json;
  const bytes = textIn('contentBytes', json['contentBytes']);
  if (!/^[\w+/-]*={0,2}$/.test(bytes)) throw badRequest("Cannot convert the literal to the expected type 'Edm.Binary'.", 'RequestBodyRead');
  return {
    name: textIn('name', name),
    contentType: typeof contentType === 'string' && contentType !== '' ? contentType : 'application/octet-stream',
    isInline: isInline === undefined ? false : booleanIn('isInline', isInline),
    content: Buffer.from(bytes, 'base64'),
    ...(typeof contentId === 'string' && contentId !== '' && { contentId }),
  };
}

/** An attached message; events and contacts are no mail. */
async function itemIn(json: JsonObject, now: Date): Promise<AttachmentFacts> {
  const { item, name } = json;
  if (!isObject(item)) throw badRequest('The item of an itemAttachment is missing.', 'ErrorInvalidAttachment');
  const type = textIn('@odata.type', item['@odata.type'] ?? '#microsoft.graph.message').replace(/^#/, '').toLowerCase();
  if (type !== 'microsoft.graph.message') throw badRequest(`Unsupported item type '${type}'.`, 'ErrorInvalidAttachment');
  const { draft } = draftPatch(item, true);
  const content = await compose({ ...EMPTY, messageId: `${crypto.randomUUID()}@attached.invalid`, sentAt: now, ...draft });
  return { name: textIn('name', name), contentType: 'message/rfc822', isInline: false, content };
}
