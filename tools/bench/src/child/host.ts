import { plugin as auth } from '@signalbox/auth-password';
import { type HostServices, type Mailbox, secret, type TransportContext, type TransportPlugin } from '@signalbox/core';
import { createMemoryTokenStore } from '@signalbox/kit';
import type { DovecotAddress } from '../job.ts';
import { checkedConfig, hostOf } from './host-services.ts';

/** What a plugin is given, as an application would give it. */
export async function contextOf<Config>(plugin: TransportPlugin<Config>, config: object, { ca, user, password }: DovecotAddress): Promise<TransportContext<Config>> {
  const host: HostServices = hostOf(ca, globalThis.fetch);
  const mailbox: Mailbox = { id: 'bench', address: user };
  const provider = await auth.open({ ...host, tokens: createMemoryTokenStore(), config: { username: user, password: secret(password) } });
  return { ...host, mailbox, config: await checkedConfig(plugin, config), credentials: provider.credentialsFor(mailbox) };
}
