// Begins a transaction that locks a delivery, says so, and stands still in it.
import { writeSync } from 'node:fs';
import { secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { openStore } from '@signalbox/store';

const { url, key, delivery } = JSON.parse(process.argv[2] ?? '{}') as { readonly url: string; readonly key: string; readonly delivery: string };
const { deliveries } = await openStore({ url: secret(url), key: { text: secret(key) }, clock: systemClock });
await deliveries.ack({
  ids: [delivery],
  effectOf() {
    writeSync(1, 'locked\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return undefined;
  },
});
