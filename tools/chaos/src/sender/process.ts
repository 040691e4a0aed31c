import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLeaseKeeper, createSending, type Sending } from '@signalbox/router';
import { connectControl, type TenantDescription } from '@signalbox/tenant-sim';
import { openSession } from 'signalbox';
import { appendLine } from '../logs.ts';
import { SINK } from '../plan/population.ts';
import type { PlannedSend } from '../plan/plan.ts';
import { environmentOf, type Place } from '../router/place.ts';
import { taggedText } from '../tag.ts';

// Somebody's program that sends through the outbox: beside the router, and while there is none. It asks again until its mail is taken.

const AGAIN_MS = 500;
const place = JSON.parse(process.argv[2] ?? '') as Place;

await using stack = new AsyncDisposableStack();
const { doors, caFile } = JSON.parse(await readFile(place.tenant, 'utf8')) as TenantDescription;
const control = stack.use(await patiently(async () => connectControl({ url: doors.control?.url ?? '', secret: doors.control?.secret ?? '', ca: await readFile(caFile, 'utf8') })));
const clock = stack.use(await patiently(() => control.clock.follow()));
const session = stack.use(await openSession({ file: place.configuration, env: environmentOf(place), ...(place.databaseUrl === undefined && { data: place.data }), clock }));
const store = await session.store();
const leases = createLeaseKeeper({ rows: store.leases, owner: 'sender', clock, log: session.log });
const sending = createSending({ outbox: store.outbox, leases, owner: 'sender', connections: session.connections, host: { clock, log: session.log } });

const running = new Set<Promise<void>>();
process.on('message', (mail: PlannedSend) => {
  const task = hand(sending, mail).finally(() => running.delete(task));
  running.add(task);
});
await new Promise((resolve) => process.once('disconnect', resolve));
await Promise.all(running);

/** A machine that is busy enough lets connections to the tenant time out. Throws what went wrong once whoever started this has ended. */
async function patiently<T>(open: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!process.connected) throw error;
      process.stderr.write(`The tenant does not answer yet: ${String(error)}\n`);
      await sleep(AGAIN_MS);
    }
  }
}

async function hand(sending: Sending, { mailbox, tag, twice }: PlannedSend): Promise<void> {
  appendLine(place.logs.sender, { event: 'asked', mailbox, tag });
  for (let times = twice ? 2 : 1; times > 0; ) {
    try {
      const { id: entry } = await sending.send(mailbox, { to: [SINK], subject: `Mail ${tag}`, text: taggedText(tag) }, { idempotencyKey: tag });
      times -= 1;
      appendLine(place.logs.sender, { event: 'taken', mailbox, tag, entry });
    } catch (error) {
      process.stderr.write(`${mailbox} ${tag} is not taken yet: ${String(error)}\n`);
      await sleep(AGAIN_MS);
    }
  }
}
