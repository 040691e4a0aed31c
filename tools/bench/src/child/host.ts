import { plugin as auth } from '@signalbox/auth-password';
import { type CredentialSource, type HostServices, type Mailbox, secret, type TransportContext, type TransportPlugin } from '@signalbox/core';
import { createMemoryTokenStore, systemClock } from '@signalbox/kit';
import type { ServerAddress } from '../job.ts';

/** What a plugin is given, as an application would give it; nothing is logged. */
export async function contextOf<Config>(plugin: TransportPlugin<Config>, config: object, server: ServerAddress): Promise<TransportContext<Config>> {
  const checked = await plugin.config['~standard'].validate(config);
  if (checked.issues !== undefined) throw new Error(`${plugin.name}: ${checked.issues.map((issue) => issue.message).join(' ')}`);
  const host: HostServices = { log: { log() {} }, fetch: globalThis.fetch, clock: systemClock, network: { ca: [server.ca] } };
  const mailbox: Mailbox = { id: 'bench', address: server.user };
  return { ...host, mailbox, config: checked.value, credentials: await credentialsOf(server, mailbox, host) };
}

async function credentialsOf({ user, password }: ServerAddress, mailbox: Mailbox, host: HostServices): Promise<CredentialSource> {
  const provider = await auth.open({ ...host, tokens: createMemoryTokenStore(), config: { username: user, password: secret(password) } });
  return provider.credentialsFor(mailbox);
}
