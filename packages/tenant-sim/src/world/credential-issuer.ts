import { randomUUID } from 'node:crypto';
import type { CredentialKind, EmailAddress } from '@signalbox/core';
import type { Tenant } from '../tenant.ts';
import type { ResourceName } from '../tokens/resources.ts';

/** What opens one mailbox of the tenant, given out and taken back: a `CredentialIssuer` of `@signalbox/conformance`. */
export interface TenantCredentialIssuer {
  readonly kind: CredentialKind;
  readonly username: EmailAddress;
  issue(): Promise<string>;
  withdraw(): Promise<void>;
}

/** Tokens are the user's own, given to the first app of the tenant with the permissions that it was granted. */
export function issueFrom({ directory, tokens }: Tenant, kind: CredentialKind, username: EmailAddress, resource: ResourceName = 'exchange'): TenantCredentialIssuer {
  const changePassword = (): string => {
    const password = randomUUID();
    directory.updateUser(username, { password });
    return password;
  };
  const issueToken = async (): Promise<string> => {
    const [app] = directory.apps();
    const user = directory.user(username);
    if (!app || !user) throw new Error(`A token for ${username} takes an app and a user, and the tenant has no such ${app ? 'user' : 'app'}.`);
    return (await tokens.issue({ app, user, resource })).token;
  };
  return {
    kind,
    username,
    issue: async () => (kind === 'password' ? changePassword() : issueToken()),
    async withdraw() {
      if (kind === 'password') changePassword();
      else tokens.revoke({ user: username });
    },
  };
}
