// What each mailbox uses, and why. Nothing is connected to for it.
import { open } from './open.ts';

await using opened = await open();
for (const each of opened.router.explain()) console.log(JSON.stringify(each, undefined, 2));
