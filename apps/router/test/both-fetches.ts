import { Agent, fetch as undiciFetch } from 'undici';
import { leanFetch } from '../src/lean-fetch/lean-fetch.ts';
import { leanRequestOf } from '../src/lean-fetch/request.ts';

export type Fetch = typeof globalThis.fetch;

/** Throws where the lean way would leave a request to undici's own, so that a test shows which of the two it was. */
export const leanly =
  (agent: Agent): Fetch =>
  async (input, init) => {
    const request = leanRequestOf(input, { redirect: 'error', ...init });
    if (!request) throw new Error('This goes the long way.');
    return await leanFetch(request, agent);
  };

/** What must hold of ours and holds of undici's own. */
export const FETCHES: readonly { readonly name: string; readonly over: (agent: Agent) => Fetch }[] = [
  { name: 'the lean fetch', over: leanly },
  { name: 'undici’s own', over: (dispatcher) => (async (input: string, init?: object) => undiciFetch(input, { redirect: 'error', ...init, dispatcher })) as unknown as Fetch },
];

/** With a fetch over connections of its own. */
export async function withFetch<T>(over: (agent: Agent) => Fetch, use: (fetch: Fetch) => Promise<T>, options: Agent.Options = {}): Promise<T> {
  const agent = new Agent(options);
  try {
    return await use(over(agent));
  } finally {
    await agent.destroy();
  }
}

/** What a promise is rejected with. */
export const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('It did not fail.');
    },
    (reason: unknown) => reason,
  );
