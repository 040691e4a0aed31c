import type { CredentialRequests } from '@signalbox/conformance';
import { type Credential, type CredentialKind, type CredentialSource, MailError, secret } from '@signalbox/core';

/** How the server under test gives out and takes back what opens a mailbox. */
export interface CredentialIssuer {
  readonly kind: CredentialKind;
  readonly username: string;
  /** A password or token that works from now on. */
  issue(): Promise<string>;
  /** The one in use stops working. Absent where the server cannot do that. */
  withdraw?(current: string): Promise<void>;
}

/** A credential source whose behaviour the cases can switch. */
export interface SwitchableCredentials extends CredentialSource {
  refuse(): Promise<AsyncDisposable>;
  renew(): Promise<void>;
  requests(): CredentialRequests;
  /** Everything handed out so far, in clear text: to look for where it must not be. */
  readonly issued: readonly string[];
}

/** Hands out what the issuer gives, and after a withdrawal the fresh one to whoever hands the old one back. */
export async function switchableCredentials(issuer: CredentialIssuer): Promise<SwitchableCredentials> {
  const issued: string[] = [];
  const issue = async (): Promise<string> => {
    const value = await issuer.issue();
    issued.push(value);
    return value;
  };
  let current = await issue();
  let fresh: string | undefined;
  let refusing = false;
  const count = { asked: 0, rejected: 0 };
  const accepted = new Set<CredentialKind>();

  return {
    issued,
    async getCredential({ accept, rejected, signal }) {
      signal?.throwIfAborted();
      count.asked += 1;
      for (const kind of accept) accepted.add(kind);
      if (!accept.includes(issuer.kind)) throw new MailError('config.invalid', `The transport takes ${accept.join(', ')} only.`);
      if (rejected) {
        count.rejected += 1;
        if (fresh === undefined) throw refusal(issuer.kind);
        current = fresh;
        fresh = undefined;
      }
      return credential(issuer, refusing ? 'not-the-right-one' : current);
    },
    async refuse() {
      refusing = true;
      return {
        async [Symbol.asyncDispose]() {
          refusing = false;
        },
      };
    },
    async renew() {
      const old = current;
      await issuer.withdraw?.(old);
      fresh = await issue();
    },
    requests: () => ({ ...count, accepted: [...accepted] }),
  };
}

const credential = ({ kind, username }: CredentialIssuer, value: string): Credential =>
  kind === 'password' ? { kind, username, password: secret(value) } : { kind, username, token: secret(value) };

const refusal = (kind: CredentialKind): MailError =>
  kind === 'password'
    ? new MailError('auth.rejected', 'The server refused the password.', {
        remedy: { who: 'operator', action: 'replace-credential', text: 'Enter the right password.' },
      })
    : new MailError('auth.interaction-required', 'The server refused the token and there is no newer one.', {
        remedy: { who: 'mailbox-user', action: 'sign-in-again', text: 'Sign in again.' },
      });
