import type { CredentialKind, CredentialSource } from '@signalbox/core';
import type { Faults } from './world.ts';

/** A credential source that tells what went through it. */
export interface ObservedCredentials extends CredentialSource {
  readonly faults: Required<Pick<Faults, 'credentialRequests'>>;
  /** Every password and token handed out so far, in clear text: what a world has as `secrets`. */
  readonly secrets: readonly string[];
}

/** Passes everything on to a provider's own source, and back. */
export function observedCredentials(source: CredentialSource): ObservedCredentials {
  const secrets: string[] = [];
  const counts = { asked: 0, rejected: 0 };
  const accepted = new Set<CredentialKind>();
  return {
    secrets,
    async getCredential(request) {
      counts.asked += 1;
      if (request.rejected) counts.rejected += 1;
      for (const kind of request.accept) accepted.add(kind);
      const credential = await source.getCredential(request);
      const text = (credential.kind === 'password' ? credential.password : credential.token).reveal();
      if (!secrets.includes(text)) secrets.push(text);
      return credential;
    },
    faults: { credentialRequests: () => ({ ...counts, accepted: [...accepted] }) },
  };
}
