// Runs cases of the packed suite against the packed memory transport, with nothing but what both publish.
import { secret } from '@signalbox/core';
import { casesFor, runCase } from '@signalbox/conformance';
import { systemClock } from '@signalbox/kit';
import { plugin } from '@signalbox/transport-memory';

let mailboxes = 0;

async function openTransport(id) {
  const address = `${id}@example.org`;
  const result = await plugin.config['~standard'].validate({});
  if (result.issues) throw new Error(JSON.stringify(result.issues));
  return plugin.open({
    mailbox: { id, address },
    config: result.value,
    credentials: { getCredential: async () => ({ kind: 'password', username: address, password: secret('not needed') }) },
    log: { log() {} },
    clock: systemClock,
    fetch,
    network: {},
  });
}

/** A mailbox of its own. No second door and no fault switches: the suite has to find out which cases that leaves. */
async function openWorld() {
  mailboxes += 1;
  const id = `consumer-${mailboxes}`;
  const opened = [await openTransport(id)];
  return {
    plugin,
    transport: opened[0],
    address: `${id}@example.org`,
    recipients: ['one@example.org', 'two@example.org'],
    door: {},
    faults: {},
    async reopen() {
      opened.push(await openTransport(id));
      return opened.at(-1);
    },
    async [Symbol.asyncDispose]() {
      for (const transport of opened) await transport[Symbol.asyncDispose]();
    },
  };
}

const { applicable } = await casesFor(openWorld);
if (applicable.length < 3) throw new Error(`Only ${applicable.length} cases apply to a transport alone.`);
for (const found of applicable) await runCase(found, openWorld);
console.log(`${applicable.length} conformance cases passed.`);
