import { SMALLEST_SESSION } from '../attachments/write.ts';
import { badRequest } from '../http/graph-error.ts';
import { created, type Reply } from '../http/reply.ts';
import { jsonBody, parameterOf } from '../http/request.ts';
import { lensOf } from '../lens.ts';
import { messageOf } from '../messages/get.ts';
import { idOf } from '../messages/view.ts';
import type { MailboxCall } from '../routing.ts';
import { booleanIn, choiceIn, isObject, textIn } from '../write/input.ts';

const LARGEST = 150 * 1_024 * 1_024;

/** POST messages/{}/attachments/createUploadSession */
export async function createUploadSession(call: MailboxCall): Promise<Reply> {
  const { graph, mailbox, owner, principal, request } = call;
  const message = messageOf(call);
  const item = parameterOf(await jsonBody(request), 'attachmentItem');
  if (!isObject(item)) throw badRequest("The parameter 'AttachmentItem' is missing.", 'ErrorInvalidParameter');
  choiceIn('attachmentType', item['attachmentType'], ['file']);
  const { size, contentType, contentId, isInline } = item;
  if (typeof size !== 'number' || !Number.isInteger(size)) throw badRequest("Cannot convert the literal to the expected type: property 'size'.", 'RequestBodyRead');
  if (size < SMALLEST_SESSION) throw badRequest('The attachment size is smaller than the minimum size for an upload session.', 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize');
  if (size > LARGEST) throw badRequest('The message exceeds the maximum supported size.', 'ErrorMessageSizeExceeded');
  const lens = lensOf(call);
  const session = graph.uploads.open({
    owner: owner.id,
    app: principal.app.clientId,
    messageNumber: message.number,
    immutableIds: lens.immutableIds,
    size,
    file: {
      name: textIn('name', item['name']),
      contentType: typeof contentType === 'string' ? contentType : 'application/octet-stream',
      isInline: isInline === undefined || isInline === null ? false : booleanIn('isInline', isInline),
      ...(typeof contentId === 'string' && { contentId }),
    },
  });
  const path = `Users('${owner.id}@${graph.directory.tenant.id}')/Messages('${idOf(lens, mailbox.byNumber(message.number) ?? message)}')/AttachmentSessions('${session.id}')`;
  return created({
    '@odata.context': `${request.origin}/v1.0/$metadata#microsoft.graph.uploadSession`,
    uploadUrl: `${request.origin}/api/v2.0/${path}?authtoken=${session.token}`,
    expirationDateTime: new Date(session.expiresAt).toISOString(),
    nextExpectedRanges: ['0-'],
  });
}
