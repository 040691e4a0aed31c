import { type FolderId, MailError, type MessageRef } from '@signalbox/core';

export const folderNotFound = (folder: FolderId | string): MailError => new MailError('folder.not-found', `There is no folder ${folder}.`);

export const messageNotFound = ({ folder, key }: MessageRef): MailError => new MailError('message.not-found', `There is no message ${key} in the folder ${folder}.`);
