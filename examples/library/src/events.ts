// What happens, until Ctrl-C. None of it has to be acted upon.
import process from 'node:process';
import { open } from './open.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

await using opened = await open();
for await (const event of opened.router.events({ signal: stop.signal })) console.log(event.at.toISOString(), event.mailbox, event.type);
