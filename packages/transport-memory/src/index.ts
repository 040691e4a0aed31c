export type { MemoryConfig } from './config.ts';
export { createMemoryPlugin, plugin } from './plugin.ts';
export type { MemoryFolder } from './server/folder.ts';
export type { MemoryMailbox, NewMail } from './server/mailbox.ts';
export { createMemoryServer, type MemoryFaults, MemoryServer, type MemoryServerOptions } from './server/server.ts';
export type { StoredMessage } from './server/stored-message.ts';
export type { SubmittedMessage } from './server/submission.ts';
