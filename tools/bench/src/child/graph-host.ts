import { type CredentialSource, type HostServices, secret, type TransportContext, type TransportPlugin } from '@signalbox/core';
import { createFetchPool } from 'signalbox';
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

/** The `fetch` that the `signalbox` command gives its plugins, each request counted. */
export function countedFetch(ca: string): CountedFetch {
  const pool = createFetchPool();
  const fetch = pool.fetchFor({ ca: [ca] });
  let count = 0;
  return {
    fetch(input, init) {
      count++;
      return fetch(input, init);
    },
    taken() {
      const taken = count;
      count = 0;
      return taken;
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
