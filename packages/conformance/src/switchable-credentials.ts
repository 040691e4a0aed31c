import { randomUUID } from 'node:crypto';
import { type Credential, type CredentialKind, type CredentialRequest, type CredentialSource, MailError, secret } from '@signalbox/core';
import type { CredentialRequests, Faults } from './world.ts';

/** How the server under test gives out what opens one mailbox, and takes it back. */
export interface CredentialIssuer {
  readonly kind: CredentialKind;
  readonly username: string;
  /** A password or token that works from now on. */
  issue(): Promise<string>;
  /** The one issued before stops working. Absent where the server cannot do that: no case then renews a credential. */
  withdraw?(value: string): Promise<void>;
}

/** For a server that can be told what opens the mailbox from now on; `undefined`: nothing does. */
export const issuerThatSets = (kind: CredentialKind, username: string, set: (value: string | undefined) => void | Promise<void>): CredentialIssuer => ({
  kind,
  username,
  async issue() {
    const value = `${kind}-${randomUUID()}`;
    await set(value);
    return value;
  },
  withdraw: async () => set(undefined),
});

/** A credential source whose behaviour cases can switch. */
export interface SwitchableCredentials extends CredentialSource {
  /** The faults of a world that are about credentials. `renewCredential` is there where the issuer can withdraw. */
  readonly faults: Required<Pick<Faults, 'refuseCredentials' | 'credentialRequests'>> & Pick<Faults, 'renewCredential'>;
  /** Every password and token handed out so far, in clear text: what a world has as `secrets`. */
  readonly secrets: readonly string[];
}

/** Hands out what the issuer gives; once that was withdrawn, the fresh one only to whoever hands the old one back. */
export async function switchableCredentials(issuer: CredentialIssuer): Promise<SwitchableCredentials> {
  const source = new IssuedCredentials(issuer, await issuer.issue());
  return {
    secrets: source.secrets,
    getCredential: (request) => source.getCredential(request),
    faults: {
      refuseCredentials: async () => source.refuse(),
      ...(issuer.withdraw && { renewCredential: () => source.renew() }),
      credentialRequests: () => source.requests(),
    },
  };
}

class IssuedCredentials {
  readonly secrets: string[] = [];
  readonly #issuer: CredentialIssuer;
  readonly #counts = { asked: 0, rejected: 0 };
  readonly #accepted = new Set<CredentialKind>();
  /** For whoever hands nothing back: possibly withdrawn. */
  #handedOut: string;
  #newest: string;
  #wrong: string | undefined;

  constructor(issuer: CredentialIssuer, first: string) {
    this.#issuer = issuer;
    this.#handedOut = this.#newest = this.#noted(first);
  }

  async getCredential({ accept, rejected, signal }: CredentialRequest): Promise<Credential> {
    signal?.throwIfAborted();
    this.#counts.asked += 1;
    if (rejected) this.#counts.rejected += 1;
    for (const kind of accept) this.#accepted.add(kind);
    const { kind } = this.#issuer;
    if (!accept.includes(kind)) throw new MailError('config.invalid', `The transport takes ${accept.join(', ')} only, and this mailbox has a credential of the kind ${kind}.`);
    if (this.#wrong !== undefined) {
      if (rejected) throw refusal(kind);
      return this.#credential(this.#wrong);
    }
    if (rejected) {
      if (valueOf(rejected) === this.#newest) throw refusal(kind);
      this.#handedOut = this.#newest;
    }
    return this.#credential(this.#handedOut);
  }

  refuse(): AsyncDisposable {
    this.#wrong = this.#noted(`wrong-${randomUUID()}`);
    return {
      [Symbol.asyncDispose]: async () => {
        this.#wrong = undefined;
      },
    };
  }

  async renew(): Promise<void> {
    await this.#issuer.withdraw?.(this.#newest);
    this.#newest = this.#noted(await this.#issuer.issue());
  }

  requests(): CredentialRequests {
    return { ...this.#counts, accepted: [...this.#accepted] };
  }

  #noted(value: string): string {
    this.secrets.push(value);
    return value;
  }

  #credential(value: string): Credential {
    const { kind, username } = this.#issuer;
    return kind === 'password' ? { kind, username, password: secret(value) } : { kind, username, token: secret(value) };
  }
}

const valueOf = (credential: Credential): string => (credential.kind === 'password' ? credential.password : credential.token).reveal();

const refusal = (kind: CredentialKind): MailError =>
  kind === 'password'
    ? new MailError('auth.rejected', 'The server refused the password, and there is no other.', {
        remedy: { who: 'operator', action: 'replace-credential', text: 'Enter the right password.' },
      })
    : new MailError('auth.interaction-required', 'The server refused the token, and there is no newer one.', {
        remedy: { who: 'mailbox-user', action: 'sign-in-again', text: 'Sign in again.' },
      });
