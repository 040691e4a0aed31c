import { createHash, X509Certificate } from 'node:crypto';
import { importPKCS8, SignJWT } from 'jose';
import { generate } from 'selfsigned';
import type { NewApp, Tenant } from '../src/index.ts';

export const CLIENT_ID = '00000000-0000-0000-0000-000000000001';
export const SECRET = 'adapter-secret';
export const SALES = 'sales@contoso.test';
export const GRAPH_DEFAULT = 'https://graph.microsoft.com/.default';

/** What an app shows for itself as an application. */
export const withSecret = { client_id: CLIENT_ID, client_secret: SECRET } as const;

export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
  readonly sha256: string;
  readonly sha1: string;
}

export async function createKeyPair(): Promise<KeyPair> {
  const { cert, private: privateKey } = await generate([{ name: 'commonName', value: 'Signalbox' }], { keyType: 'rsa', keySize: 2048, algorithm: 'sha256' });
  const der = new X509Certificate(cert).raw;
  const digest = (hash: string): string => createHash(hash).update(der).digest('base64url');
  return { certificate: cert, privateKey, sha256: digest('sha256'), sha1: digest('sha1') };
}

export interface AssertionOptions {
  readonly alg?: 'PS256' | 'RS256';
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, string>>;
}

/** A client assertion as FACTS.md A2 has it. */
export async function signAssertion(tenant: Tenant, clientId: string, { privateKey, sha256 }: KeyPair, { alg = 'PS256', claims = {}, header = { 'x5t#S256': sha256 } }: AssertionOptions = {}): Promise<string> {
  const now = Math.floor(tenant.clock.now().getTime() / 1_000);
  return new SignJWT({
    aud: `${tenant.doors.entra!.authority}/oauth2/v2.0/token`,
    iss: clientId,
    sub: clientId,
    jti: crypto.randomUUID(),
    nbf: now,
    iat: now,
    exp: now + 600,
    ...claims,
  })
    .setProtectedHeader({ alg, typ: 'JWT', ...header })
    .sign(await importPKCS8(privateKey, alg));
}

export const ASSERTION = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' } as const;

export const addApp = (tenant: Tenant, app: NewApp = {}) => tenant.directory.addApp({ secrets: [{ id: 'one', value: 'one-secret', expiresAt: new Date(tenant.clock.now().getTime() + 86_400_000) }], ...app });
