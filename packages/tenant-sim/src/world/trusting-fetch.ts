import { Agent, fetch as undiciFetch } from 'undici';

/** A `fetch` as a host hands it to a plugin: bound to connections of its own, which end with it. */
export interface TrustingFetch extends AsyncDisposable {
  readonly fetch: typeof globalThis.fetch;
}

/** Trusts the tenant's authority and no other. `ca`: PEM. */
export function trustingFetch(ca: string): TrustingFetch {
  const dispatcher = new Agent({ connect: { ca } });
  const fetch = (input: Parameters<typeof undiciFetch>[0], init?: Parameters<typeof undiciFetch>[1]) => undiciFetch(input, { ...init, dispatcher });
  return { fetch: fetch as unknown as typeof globalThis.fetch, [Symbol.asyncDispose]: () => dispatcher.destroy() };
}
