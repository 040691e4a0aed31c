import { needFolder } from '../find.ts';
import { noContent, type Reply } from '../http/reply.ts';
import { jsonBody, parameterOf } from '../http/request.ts';
import { messageOf } from '../messages/get.ts';
import type { Folder } from '../../store/folder.ts';
import type { MailboxCall } from '../routing.ts';
import { messageReply } from './answer.ts';
import { textIn } from './input.ts';
import { refuseConflict } from './update.ts';

export async function destinationOf(call: MailboxCall): Promise<Folder> {
  return needFolder(call, textIn('destinationId', parameterOf(await jsonBody(call.request), 'destinationId')));
}

/** The message under its new id, unless that is immutable (FACTS.md E8). */
export async function moveMessage(call: MailboxCall): Promise<Reply> {
  const message = messageOf(call);
  return messageReply(call, call.mailbox.move(message, await destinationOf(call)), 201);
}

export async function copyMessage(call: MailboxCall): Promise<Reply> {
  const message = messageOf(call);
  return messageReply(call, call.mailbox.copy(message, await destinationOf(call)), 201);
}

/** To Deleted Items; from there to where only an administrator finds it. */
export function deleteMessage(call: MailboxCall): Reply {
  const message = messageOf(call);
  refuseConflict(call, message);
  call.mailbox.remove(message, 'deleted-items');
  return noContent;
}

export function purgeMessage(call: MailboxCall): Reply {
  call.mailbox.remove(messageOf(call), 'purges');
  return noContent;
}
