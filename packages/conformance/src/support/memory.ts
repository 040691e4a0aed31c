import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collectGarbage: ((options?: { readonly type: 'minor' }) => void) | undefined;

/** What this process holds on to, in octets: counted after a collection, because unread garbage says nothing about a transport. */
export function heldMemory(): number {
  if (!collectGarbage) {
    setFlagsFromString('--expose-gc');
    collectGarbage = runInNewContext('gc') as NonNullable<typeof collectGarbage>;
  }
  collectGarbage();
  collectGarbage({ type: 'minor' }); // buffers that the first one let go of are counted until the next
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}
