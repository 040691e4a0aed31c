import type { CallOptions, MailTransport, TransportContext } from '@signalbox/core';
import type { MemoryConfig } from './config.ts';
import { createMutate } from './mutate.ts';
import { createProbe } from './probe.ts';
import { createReceive } from './receive/receive.ts';
import { createSend } from './send.ts';
import type { MemoryServer } from './server/server.ts';
import { Session } from './session.ts';

/** Resolves once the server has let us in; throws what keeps it from doing so. */
export async function openMemory(server: MemoryServer, context: TransportContext<MemoryConfig>, options?: CallOptions): Promise<MailTransport> {
  const { clock, config, credentials, log, mailbox } = context;
  const session = new Session({ server, address: mailbox.address, credentials, clock });
  await session.request(() => {}, options?.signal);
  log.log('debug', 'memory.opened', { mailbox: mailbox.id, server: server.options.name });
  return {
    probe: createProbe(session),
    receive: createReceive(session, config),
    mutate: createMutate(session),
    send: createSend(session),
    async [Symbol.asyncDispose]() {
      session.close();
    },
  };
}
