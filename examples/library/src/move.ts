// move <delivery>: to the archive. A folder is named by its role or by its path.
import { argument, open } from './open.ts';

await using opened = await open();
await opened.router.move(argument(0, 'a delivery'), { role: 'archive' });
console.log('moved');
