export { type ImapAccount, RawImapClient } from './client.ts';
export { DIALOGUE, type Step } from './commands.ts';
export { normalise } from './normalise.ts';
