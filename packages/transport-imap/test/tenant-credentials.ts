import type { CredentialRequests } from '@signalbox/conformance';
import { type Credential, type CredentialKind, type CredentialRequest, type CredentialSource, MailError, secret } from '@signalbox/core';
import type { Tenant } from '@signalbox/tenant-sim';

/** Hands out what the tenant takes from this user, and counts. */
export class TenantCredentials implements CredentialSource {
  readonly secrets: string[] = [];
  readonly #tenant: Tenant;
  readonly #address: string;
  readonly #kind: CredentialKind;
  readonly #counts = { asked: 0, rejected: 0, accepted: new Set<CredentialKind>() };
  #current: Credential | undefined;
  #stale: Credential | undefined;
  #refusing = false;

  static async create(tenant: Tenant, address: string, kind: CredentialKind): Promise<TenantCredentials> {
    const credentials = new TenantCredentials(tenant, address, kind);
    credentials.#current = await credentials.#issue();
    return credentials;
  }

  private constructor(tenant: Tenant, address: string, kind: CredentialKind) {
    this.#tenant = tenant;
    this.#address = address;
    this.#kind = kind;
  }

  async getCredential(request: CredentialRequest): Promise<Credential> {
    this.#counts.asked += 1;
    if (request.rejected) this.#counts.rejected += 1;
    for (const kind of request.accept) this.#counts.accepted.add(kind);
    if (request.rejected && this.#refusing) {
      throw new MailError('auth.rejected', 'The credential was refused, and there is no other.', {
        remedy: { who: 'mailbox-user', action: 'sign-in-again', text: 'Sign in to the mailbox again.' },
      });
    }
    if (this.#refusing) return this.#made(`wrong-${crypto.randomUUID()}`);
    if (this.#stale && !request.rejected) return this.#stale;
    this.#stale = undefined;
    return this.#current!;
  }

  refuse(): AsyncDisposable {
    this.#refusing = true;
    return {
      [Symbol.asyncDispose]: async () => {
        this.#refusing = false;
      },
    };
  }

  /** The one in use stops working at the tenant; a fresh one waits for whoever hands the old one back. */
  async renew(): Promise<void> {
    this.#stale = this.#current;
    this.#tenant.tokens.revoke({ user: this.#address });
    this.#current = await this.#issue();
  }

  requests(): CredentialRequests {
    const { asked, rejected, accepted } = this.#counts;
    return { asked, rejected, accepted: [...accepted] };
  }

  async #issue(): Promise<Credential> {
    const { directory, tokens } = this.#tenant;
    if (this.#kind === 'password') {
      const password = crypto.randomUUID();
      directory.updateUser(this.#address, { password });
      return this.#made(password);
    }
    const { token } = await tokens.issue({ app: directory.apps()[0]!, user: directory.user(this.#address)!, resource: 'exchange' });
    return this.#made(token);
  }

  #made(value: string): Credential {
    this.secrets.push(value);
    return this.#kind === 'password' ? { kind: 'password', username: this.#address, password: secret(value) } : { kind: 'bearer', username: this.#address, token: secret(value) };
  }
}
