// Every new mail, until Ctrl-C. It comes again under the same id until it is acknowledged, also after a crash.
import process from 'node:process';
import type { Delivery } from '@signalbox/router';
import { open } from './open.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

async function handle(delivery: Delivery): Promise<void> {
  await delivery.extend(10 * 60_000); // it may take ten minutes: nobody else gets it meanwhile
  await using source = await delivery.raw(); // read from the mailbox, which stays unread
  let octets = 0;
  for await (const chunk of source.bytes) octets += chunk.byteLength;
  if (delivery.subject?.includes('later') && delivery.attempt === 1) throw new Error('not now');
  console.log(`${delivery.id} ${delivery.mailbox} ${octets} octets: ${delivery.subject ?? ''}`);
}

await using opened = await open();
for await (const delivery of opened.router.deliveries({ concurrency: 4, signal: stop.signal })) {
  try {
    await handle(delivery); // `delivery.id` is the idempotency key
    await delivery.ack();
  } catch (error) {
    if (stop.signal.aborted) break;
    await delivery.nack({ delayMs: 1_000, reason: error instanceof Error ? error.message : 'failed' });
    console.log(`${delivery.id} comes again`);
  }
}
