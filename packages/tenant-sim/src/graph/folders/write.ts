import type { Folder } from '../../store/folder.ts';
import { badRequest } from '../http/graph-error.ts';
import { created, noContent, ok, type Reply } from '../http/reply.ts';
import { jsonBody, type JsonObject } from '../http/request.ts';
import { contextOf } from '../lens.ts';
import type { MailboxCall } from '../routing.ts';
import { booleanIn, textIn } from '../write/input.ts';
import { destinationOf } from '../write/move.ts';
import { folderOf } from './list.ts';
import { showFolder } from './show.ts';

const entity = (call: MailboxCall, folder: Folder) => ({ '@odata.context': contextOf(call, 'mailFolders/$entity'), ...showFolder(call, folder) });

function nameIn({ displayName }: JsonObject): string {
  const name = textIn('displayName', displayName).trim();
  if (name === '') throw badRequest('The display name of a folder cannot be empty.', 'ErrorInvalidFolderName');
  return name;
}

/** POST mailFolders, POST mailFolders/{}/childFolders. Whether it is hidden is said here, and never again. */
export async function createFolder(call: MailboxCall): Promise<Reply> {
  const parent = call.keys.length > 0 ? folderOf(call) : 'msgfolderroot';
  const json = await jsonBody(call.request);
  const isHidden = json['isHidden'] === undefined ? false : booleanIn('isHidden', json['isHidden']);
  return created(entity(call, call.mailbox.createFolder(parent, nameIn(json), { isHidden })));
}

export async function updateFolder(call: MailboxCall): Promise<Reply> {
  const folder = folderOf(call);
  return ok(entity(call, call.mailbox.renameFolder(folder, nameIn(await jsonBody(call.request)))));
}

/** To Deleted Items, as deleted mail; one that lies there is gone for good. */
export function deleteFolder(call: MailboxCall): Reply {
  const { mailbox } = call;
  const folder = folderOf(call);
  const isDeleted = folder.parent?.wellKnown === 'deleteditems';
  if (isDeleted || hasTwin(call, folder)) mailbox.removeFolder(folder);
  else mailbox.moveFolder(folder, 'deleteditems');
  return noContent;
}

const hasTwin = ({ mailbox }: MailboxCall, { displayName }: Folder): boolean => {
  const deleted = mailbox.folder('deleteditems');
  return deleted !== undefined && mailbox.childFolders(deleted).some((folder) => folder.displayName.toLowerCase() === displayName.toLowerCase());
};

export function purgeFolder(call: MailboxCall): Reply {
  const folder = folderOf(call);
  for (const message of folder.messages.slice()) if (!folder.wellKnown) call.mailbox.remove(message, 'purges');
  call.mailbox.removeFolder(folder);
  return noContent;
}

export async function moveFolder(call: MailboxCall): Promise<Reply> {
  const folder = folderOf(call);
  return ok(entity(call, call.mailbox.moveFolder(folder, await destinationOf(call))));
}

export async function copyFolder(call: MailboxCall): Promise<Reply> {
  const folder = folderOf(call);
  return ok(entity(call, copyInto(call, folder, await destinationOf(call))));
}

/** With its messages and everything below it. */
function copyInto(call: MailboxCall, folder: Folder, parent: Folder): Folder {
  const { mailbox } = call;
  const [messages, children] = [folder.messages.slice(), mailbox.childFolders(folder)];
  const copy = mailbox.createFolder(parent, folder.displayName, { isHidden: folder.isHidden });
  for (const message of messages) mailbox.copy(message, copy);
  for (const child of children) copyInto(call, child, copy);
  return copy;
}
