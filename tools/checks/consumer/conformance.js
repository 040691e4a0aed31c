// Runs cases of the packed suite against the packed memory transport, with nothing but what both publish.
import { casesFor, openTestHost, runCase } from '@signalbox/conformance';
import { plugin } from '@signalbox/transport-memory';

let mailboxes = 0;

/** A mailbox of its own, which any password opens. No second door and no fault switches: the suite has to find out which cases that leaves. */
async function openWorld() {
  mailboxes += 1;
  const id = `consumer-${mailboxes}`;
  const address = `${id}@example.org`;
  const issuer = { kind: 'password', username: address, issue: async () => 'not needed' };
  const host = await openTestHost({ plugin, mailbox: { id, address }, config: {}, issuer });
  return {
    ...host.world,
    transport: await host.open(),
    recipients: ['one@example.org', 'two@example.org'],
    door: {},
    faults: {},
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

const { applicable } = await casesFor(openWorld);
if (applicable.length < 3) throw new Error(`Only ${applicable.length} cases apply to a transport alone.`);
for (const found of applicable) await runCase(found, openWorld);
console.log(`${applicable.length} conformance cases passed.`);
