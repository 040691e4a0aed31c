import type { AppCredential } from './app-credentials.ts';
import { refusalOf } from './errors.ts';
import type { WireAnswer } from './http-exchange.ts';
import { confidentialApp, publicApp } from './msal.ts';
import { createRollOver, RefusedError, type RollOver } from './roll-over.ts';
import type { Services } from './services.ts';

export type ClientKind = 'public' | 'confidential';
type App = ReturnType<typeof publicApp> | ReturnType<typeof confidentialApp>;

export interface ClientRequest {
  readonly account: string;
  readonly kind: ClientKind;
  /** What of the request is secret. */
  readonly secrets: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Requests for a person: as a public client, or with the application's credential. */
export interface ClientRequests {
  readonly hasCredential: boolean;
  /** Answers what came over the wire. Throws `RefusedError`. */
  ask(request: ClientRequest, work: (app: App) => Promise<unknown>): Promise<WireAnswer>;
}

export function createClientRequests(services: Services, credentials: readonly AppCredential[]): ClientRequests {
  const rollOver: RollOver = createRollOver(services, credentials);
  const askOnce = async ({ account, secrets, signal }: ClientRequest, credential: AppCredential | undefined, work: (app: App) => Promise<unknown>): Promise<WireAnswer> => {
    const exchange = services.exchange(signal);
    const hidden = [...secrets];
    try {
      const proof = credential?.proof.kind === 'application' ? await credential.proof.auth(signal) : undefined;
      hidden.push(...(proof?.secrets ?? []));
      await work(proof ? confidentialApp(services.place, exchange, proof.options) : publicApp(services.place, exchange));
    } catch (error) {
      signal?.throwIfAborted();
      throw new RefusedError(refusalOf(exchange, error, { party: services.party(account), clock: services.clock, secrets: hidden }));
    }
    if (exchange.answer) return exchange.answer;
    throw new RefusedError(refusalOf(exchange, undefined, { party: services.party(account), clock: services.clock, secrets: hidden }));
  };
  return {
    hasCredential: credentials.length > 0,
    ask: (request, work) => (request.kind === 'public' ? askOnce(request, undefined, work) : rollOver.ask((credential) => askOnce(request, credential, work))),
  };
}

/** "Must not show a credential", and "must show one" (FACTS.md A10). */
const WRONG_KIND: ReadonlySet<number> = new Set([700025, 7000218]);

/** Which kind it takes is decided by how the grant was got, which only Entra knows: who asks is looked at first, and so the grant is still good after the first kind. */
export async function withKinds<T>([first, second]: readonly [ClientKind, ClientKind?], work: (kind: ClientKind) => Promise<T>): Promise<T> {
  try {
    return await work(first);
  } catch (error) {
    if (second && error instanceof RefusedError && error.refusal.codes.some((number) => WRONG_KIND.has(number))) return work(second);
    throw error;
  }
}
