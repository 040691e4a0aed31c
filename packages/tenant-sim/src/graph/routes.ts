import type { PermissionName } from './access/permissions.ts';
import { countAttachments, getAttachment, getAttachmentValue, listAttachments } from './attachments/read.ts';
import { addAttachment, removeAttachment } from './attachments/write.ts';
import { batch } from './batch.ts';
import { foldersDelta } from './delta/folders.ts';
import { messagesDelta } from './delta/messages.ts';
import { countFolders, getFolder, listFolders } from './folders/list.ts';
import { copyFolder, createFolder, deleteFolder, moveFolder, purgeFolder, updateFolder } from './folders/write.ts';
import { getMessage, getMime } from './messages/get.ts';
import { countMessages, listMessages } from './messages/list.ts';
import { type MailboxRoute, RouteTable } from './routing.ts';
import { createSubscription } from './subscriptions/create.ts';
import { deleteSubscription, getSubscription, listSubscriptions, reauthorizeSubscription, renewSubscription } from './subscriptions/manage.ts';
import { translateIds } from './translate-ids.ts';
import { createUploadSession } from './uploads/create.ts';
import { createMessage } from './write/create.ts';
import { copyMessage, deleteMessage, moveMessage, purgeMessage } from './write/move.ts';
import { createResponse, sendResponse } from './write/respond.ts';
import { sendDraft, sendMail } from './write/send.ts';
import { updateMessage } from './write/update.ts';

const route = (permission: PermissionName, handle: MailboxRoute['handle']): MailboxRoute => ({ scope: 'mailbox', permission, handle });

/** Behind `/me` and `/users/{}`. */
export const MAILBOX_ROUTES = new RouteTable();
export const ROOT_ROUTES = new RouteTable();

const RESPONSES = [
  ['reply', 'createReply'],
  ['replyAll', 'createReplyAll'],
  ['forward', 'createForward'],
] as const;

for (const messages of ['messages', 'mailFolders/{}/messages']) {
  MAILBOX_ROUTES.add('GET', messages, route('read-basic', listMessages))
    .add('GET', `${messages}/$count`, route('read-basic', countMessages))
    .add('GET', `${messages}/{}`, route('read-basic', getMessage))
    .add('GET', `${messages}/{}/$value`, route('read', getMime))
    .add('GET', `${messages}/{}/attachments`, route('read', listAttachments))
    .add('GET', `${messages}/{}/attachments/$count`, route('read', countAttachments))
    .add('GET', `${messages}/{}/attachments/{}`, route('read', getAttachment))
    .add('GET', `${messages}/{}/attachments/{}/$value`, route('read', getAttachmentValue))
    .add('POST', messages, route('write', createMessage))
    .add('PATCH', `${messages}/{}`, route('write', updateMessage))
    .add('DELETE', `${messages}/{}`, route('write', deleteMessage))
    .add('POST', `${messages}/{}/move`, route('write', moveMessage))
    .add('POST', `${messages}/{}/copy`, route('write', copyMessage))
    .add('POST', `${messages}/{}/permanentDelete`, route('write', purgeMessage))
    .add('POST', `${messages}/{}/send`, route('send', sendDraft))
    .add('POST', `${messages}/{}/attachments`, route('write', addAttachment))
    .add('DELETE', `${messages}/{}/attachments/{}`, route('write', removeAttachment))
    .add('POST', `${messages}/{}/attachments/createUploadSession`, route('upload', createUploadSession));
  for (const [kind, create] of RESPONSES) {
    MAILBOX_ROUTES.add('POST', `${messages}/{}/${kind}`, route('send', sendResponse(kind))).add('POST', `${messages}/{}/${create}`, route('write', createResponse(kind)));
  }
}

MAILBOX_ROUTES.add('GET', 'mailFolders', route('read-basic', listFolders))
  .add('GET', 'mailFolders/$count', route('read-basic', countFolders))
  .add('GET', 'mailFolders/delta', route('read-basic', foldersDelta))
  .add('GET', 'mailFolders/{}', route('read-basic', getFolder))
  .add('GET', 'mailFolders/{}/childFolders', route('read-basic', listFolders))
  .add('GET', 'mailFolders/{}/childFolders/$count', route('read-basic', countFolders))
  .add('GET', 'mailFolders/{}/messages/delta', route('read-basic', messagesDelta))
  .add('POST', 'mailFolders', route('write', createFolder))
  .add('POST', 'mailFolders/{}/childFolders', route('write', createFolder))
  .add('PATCH', 'mailFolders/{}', route('write', updateFolder))
  .add('DELETE', 'mailFolders/{}', route('write', deleteFolder))
  .add('POST', 'mailFolders/{}/move', route('write', moveFolder))
  .add('POST', 'mailFolders/{}/copy', route('write', copyFolder))
  .add('POST', 'mailFolders/{}/permanentDelete', route('write', purgeFolder))
  .add('POST', 'sendMail', route('send', sendMail))
  .add('POST', 'translateExchangeIds', route('translate-ids', translateIds));

ROOT_ROUTES.add('POST', '$batch', { scope: 'root', handle: batch })
  .add('GET', 'subscriptions', { scope: 'root', handle: listSubscriptions })
  .add('POST', 'subscriptions', { scope: 'root', handle: createSubscription })
  .add('GET', 'subscriptions/{}', { scope: 'root', handle: getSubscription })
  .add('PATCH', 'subscriptions/{}', { scope: 'root', handle: renewSubscription })
  .add('DELETE', 'subscriptions/{}', { scope: 'root', handle: deleteSubscription })
  .add('POST', 'subscriptions/{}/reauthorize', { scope: 'root', handle: reauthorizeSubscription });
