import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { type CryptoKey, decodeJwt, decodeProtectedHeader, errors, importSPKI, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from 'jose';
import type { AppRegistration } from '../directory/app.ts';
import type { Authority, EntraContext } from './context.ts';
import { EntraError } from './error.ts';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Seconds by which Entra lets clocks differ. */
const SKEW = 300;

interface Assertion {
  readonly token: string;
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
}

/**
 * Verifies a client assertion: signed by a certificate of the app, or by another identity provider that the app trusts
 * (FACTS.md A2). Which of the two shows in its issuer.
 */
export async function verifyAssertion(context: EntraContext, authority: Authority, app: AppRegistration, token: string): Promise<void> {
  const assertion = decode(token);
  const { iss = '' } = assertion.claims;
  if (iss.toLowerCase() === app.clientId.toLowerCase()) await verifyByCertificate(context, authority, app, assertion);
  else await verifyFederated(context, app, assertion);
}

function decode(token: string): Assertion {
  try {
    return { token, header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch {
    throw new EntraError(50027);
  }
}

async function verifyByCertificate(context: EntraContext, authority: Authority, app: AppRegistration, { token, header, claims }: Assertion): Promise<void> {
  if (claims.sub !== claims.iss) throw new EntraError(700021);
  if (!claims.jti || claims.exp === undefined) throw new EntraError(50027);
  if (!isAddressedTo(context, authority, claims.aud)) throw new EntraError(700023);
  const thumbprint = header['x5t#S256'] ?? header.x5t;
  if (typeof thumbprint !== 'string') throw new EntraError(700027, { values: { reason: 'The key was not found.' } });
  const found = app.certificates.find(({ certificate }) => thumbprintOf(certificate, header['x5t#S256'] === undefined ? 'sha1' : 'sha256') === thumbprint);
  if (!found) throw new EntraError(50012, { values: { thumbprint } });
  await verifySignature(token, new X509Certificate(found.certificate).publicKey, ['PS256', 'RS256']);
  if (found.expiresAt <= context.clock.now()) throw new EntraError(700027, { values: { reason: 'The key used is expired.' } });
  checkTimes(context, claims);
}

async function verifyFederated(context: EntraContext, app: AppRegistration, { token, header, claims }: Assertion): Promise<void> {
  // A token of this tenant as the credential of an app: only one of an app or a managed identity will do.
  if (claims.iss === `https://sts.windows.net/${context.directory.tenant.id}/` && claims['idtyp'] === 'user') throw new EntraError(700229);
  const ofIssuer = app.federated.filter(({ issuer }) => issuer === claims.iss);
  if (ofIssuer.length === 0) throw new EntraError(700211, { values: { issuer: claims.iss ?? '' } });
  const ofSubject = ofIssuer.filter(({ subject }) => subject === claims.sub);
  if (ofSubject.length === 0) throw new EntraError(700213, { values: { subject: claims.sub ?? '' } });
  const credential = ofSubject.find(({ audience }) => [claims.aud].flat().includes(audience));
  if (!credential) throw new EntraError(700212, { values: { audience: [claims.aud].flat().join(' ') } });
  const algorithm = header.alg ?? '';
  if (!/^(RS|PS|ES)(256|384|512)$/.test(algorithm)) throw new EntraError(50027);
  await verifySignature(token, await importSPKI(credential.publicKey, algorithm), [algorithm]);
  checkTimes(context, claims);
}

/** Times are compared apart, by the tenant's clock. */
async function verifySignature(token: string, key: KeyObject | CryptoKey, algorithms: string[]): Promise<void> {
  try {
    await jwtVerify(token, key, { algorithms, currentDate: new Date(0), clockTolerance: Number.MAX_SAFE_INTEGER / 1_000 });
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new EntraError(700027, { values: { reason: 'The signature could not be verified with the key found.' } });
    throw error;
  }
}

function checkTimes({ clock }: EntraContext, { exp = 0, nbf = 0 }: JWTPayload): void {
  const now = clock.now().getTime() / 1_000;
  if (exp + SKEW <= now || nbf - SKEW > now) throw new EntraError(700024);
}

const thumbprintOf = (pem: string, hash: 'sha1' | 'sha256'): string => createHash(hash).update(new X509Certificate(pem).raw).digest('base64url');

/** The token endpoint, of either version and by any name of the tenant, at this door or at the address of the real one. */
function isAddressedTo({ directory }: EntraContext, { base, name }: Authority, audience: JWTPayload['aud']): boolean {
  const hosts = [base, 'https://login.microsoftonline.com'];
  const names = [name, directory.tenant.id, ...directory.tenant.acceptedDomains];
  const paths = ['oauth2/v2.0/token', 'oauth2/token', 'v2.0'];
  const allowed = hosts.flatMap((host) => names.flatMap((tenant) => paths.map((path) => `${host}/${tenant}/${path}`.toLowerCase())));
  return [audience ?? []].flat().some((value) => allowed.includes(value.toLowerCase().replace(/\/$/, '')));
}

/** The audiences under which an app's own API takes tokens. */
export const audiencesOf = ({ clientId }: AppRegistration): readonly string[] => [clientId, `api://${clientId}`];
