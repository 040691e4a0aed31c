import { type CredentialSource, type HostServices, secret, type TransportContext, type TransportPlugin } from '@signalbox/core';
import { Agent, fetch as undiciFetch } from 'undici';
import type { TenantAddress } from '../job.ts';
import type { RequestCounter } from './counting.ts';
import { checkedConfig, hostOf } from './host-services.ts';

/** What a plugin is given, with a token that is there already: what is measured is what is done with it. */
export async function contextOf<Config>(plugin: TransportPlugin<Config>, config: object, { ca, user, token }: TenantAddress, fetch: HostServices['fetch']): Promise<TransportContext<Config>> {
  const bearer = secret(token);
  const credentials: CredentialSource = { getCredential: async () => ({ kind: 'bearer', username: user, token: bearer }) };
  return { ...hostOf(ca, fetch), mailbox: { id: 'bench', address: user }, config: await checkedConfig(plugin, config), credentials };
}

export interface CountedFetch extends RequestCounter, AsyncDisposable {
  readonly fetch: HostServices['fetch'];
}

/** undici's `fetch` bound to an authority, with connections that are kept: as the application binds it. */
export function countedFetch(ca: string): CountedFetch {
  const dispatcher = new Agent({ connect: { ca } });
  let count = 0;
  return {
    fetch: ((input: Parameters<typeof undiciFetch>[0], init?: Parameters<typeof undiciFetch>[1]) => {
      count++;
      return undiciFetch(input, { ...init, dispatcher });
    }) as unknown as HostServices['fetch'],
    taken() {
      const taken = count;
      count = 0;
      return taken;
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}
