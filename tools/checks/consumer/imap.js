// Reads a message through the packed IMAP transport, from a server whose address and certificate the environment tells.
import { collectBytes, systemClock } from '@signalbox/kit';
import { secret } from '@signalbox/core';
import { plugin } from '@signalbox/transport-imap';

const { IMAP_PORT, IMAP_CA, IMAP_USER: username } = process.env;
const { value: config, issues } = await plugin.config['~standard'].validate({ host: 'localhost', port: Number(IMAP_PORT), ca: IMAP_CA });
if (issues) throw new Error(JSON.stringify(issues));

await using transport = await plugin.open({
  mailbox: { id: 'consumer', address: username },
  config,
  credentials: { getCredential: async () => ({ kind: 'password', username, password: secret('right') }) },
  log: { log() {} },
  clock: systemClock,
  fetch,
  network: {},
});
const inbox = await transport.receive.findFolder({ role: 'inbox' });
for await (const { ref, subject } of transport.receive.list({ folder: inbox.id })) {
  const raw = await collectBytes((await transport.receive.fetchRaw(ref)).bytes);
  console.log(`read ${raw.length} octets: ${subject}`);
}
