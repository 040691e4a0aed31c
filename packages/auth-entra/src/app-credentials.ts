import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { NodeAuthOptions } from './msal.ts';
import { MailError } from '@signalbox/core';
import { readCertificate } from './certificate.ts';
import type { EntraConfig } from './config.ts';

/** What the application proves itself with. */
export interface AppCredential {
  /** As the configuration calls it: `clientSecret`, `secondCertificate`. */
  readonly setting: string;
  /** Tells one credential from another over restarts, without telling what it is. */
  readonly id: string;
  /** Declared, or read from the certificate; absent when nobody knows. */
  readonly expiresAt?: Date;
  readonly what?: 'secret' | 'certificate';
  readonly proof: Proof;
}

export type Proof =
  | { readonly kind: 'application'; auth(signal?: AbortSignal): Promise<AppProof> }
  /** The machine is the application. */
  | { readonly kind: 'managed-identity'; readonly clientId?: string };

/** For MSAL, and what of it must appear nowhere else. */
export interface AppProof {
  readonly options: Partial<NodeAuthOptions>;
  readonly secrets: readonly string[];
}

/** In the order of the configuration; the second is there for roll-overs. Throws `config.invalid`. */
export async function readCredentials(config: EntraConfig, authority: string): Promise<readonly AppCredential[]> {
  const { clientSecret, secondClientSecret, certificate, secondCertificate, federated, managedIdentity, clientId } = config;
  const found: AppCredential[] = [];
  const fingerprint = (text: string): string => createHash('sha256').update(`signalbox/entra/${clientId}/${text}`).digest('base64url').slice(0, 22);

  for (const [setting, value, expiresAt] of [['clientSecret', clientSecret, config.secretExpiresAt], ['secondClientSecret', secondClientSecret, config.secondSecretExpiresAt]] as const) {
    if (!value) continue;
    const auth = async (): Promise<AppProof> => ({ options: { clientSecret: value.reveal() }, secrets: [value.reveal()] });
    found.push({ setting, id: fingerprint(value.reveal()), what: 'secret', ...(expiresAt && { expiresAt }), proof: { kind: 'application', auth } });
  }
  for (const [setting, value] of [['certificate', certificate], ['secondCertificate', secondCertificate]] as const) {
    if (!value) continue;
    const { thumbprintSha256, privateKey, expiresAt } = await readCertificate(value, setting);
    const auth = async (): Promise<AppProof> => ({ options: { clientCertificate: { thumbprintSha256, privateKey } }, secrets: [] });
    found.push({ setting, id: fingerprint(thumbprintSha256), what: 'certificate', expiresAt, proof: { kind: 'application', auth } });
  }
  if (federated) {
    const auth = async (signal?: AbortSignal): Promise<AppProof> => {
      const clientAssertion = await readAssertion(federated, { clientId, authority, ...(signal && { signal }) });
      return { options: { clientAssertion }, secrets: [clientAssertion] };
    };
    found.push({ setting: 'federated', id: fingerprint('federated'), proof: { kind: 'application', auth } });
  }
  if (managedIdentity) {
    const { clientId: assigned } = managedIdentity;
    found.push({ setting: 'managedIdentity', id: fingerprint(`managed-identity/${assigned ?? ''}`), proof: { kind: 'managed-identity', ...(assigned !== undefined && { clientId: assigned }) } });
  }
  return found;
}

type Federated = NonNullable<EntraConfig['federated']>;
type AssertionRequest = Parameters<NonNullable<Federated['assertion']>>[0];

async function readAssertion({ tokenFile, assertion }: Federated, request: AssertionRequest): Promise<string> {
  const text = tokenFile === undefined ? await assertion?.(request) : await readTokenFile(tokenFile);
  if (text !== undefined && text.trim() !== '') return text.trim();
  throw unreadable(`${tokenFile === undefined ? 'What hands out assertions' : `The file ${tokenFile}`} gave an empty one.`, tokenFile);
}

async function readTokenFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(`The file ${file} cannot be read.`, file, error);
  }
}

const unreadable = (message: string, file: string | undefined, cause?: unknown): MailError =>
  new MailError('config.invalid', message, {
    affects: 'tenant',
    remedy: { who: 'operator', action: 'fix-config', text: `Let ${file ?? 'the program'} hold the assertion of the identity provider that the application trusts.` },
    ...(cause !== undefined && { cause }),
  });
