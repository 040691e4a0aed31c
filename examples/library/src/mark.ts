// mark <delivery>: read and flagged, in the mailbox.
import { argument, open } from './open.ts';

await using opened = await open();
await opened.router.mark(argument(0, 'a delivery'), { add: ['$seen', '$flagged'] });
console.log('marked');
