// unread <mailbox>: as the server counts.
import { argument, open } from './open.ts';

await using opened = await open();
console.log(`Number of unread emails: ${await opened.router.unread(argument(0, 'a mailbox'))}`);
