import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';
import { generate } from 'selfsigned';

export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
  /** base64url of the DER form's SHA-256, as in `x5t#S256`. */
  readonly thumbprint: string;
}

export async function createKeyPair(days = 365): Promise<KeyPair> {
  const now = Date.now();
  const { cert, private: privateKey } = await generate([{ name: 'commonName', value: 'Signalbox' }], { keyType: 'rsa', keySize: 2048, algorithm: 'sha256', notBeforeDate: new Date(now - 86_400_000), notAfterDate: new Date(now + days * 86_400_000) });
  return { certificate: cert, privateKey, thumbprint: createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url') };
}

/** PKCS #8, encrypted (RFC 5958 §3). */
export const encryptKey = (privateKey: string, passphrase: string): string => createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();

/** As Windows exports it (`3des`), and as OpenSSL 3 does. */
export function toPfx({ certificate, privateKey }: KeyPair, passphrase: string, algorithm: '3des' | 'aes256'): Buffer {
  const asn1 = forge.pkcs12.toPkcs12Asn1(forge.pki.privateKeyFromPem(privateKey), [forge.pki.certificateFromPem(certificate)], passphrase, { algorithm });
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary');
}

export interface TestFile extends AsyncDisposable {
  readonly path: string;
  write(content: string | Buffer): Promise<void>;
}

export async function openFile(content: string | Buffer): Promise<TestFile> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-entra-'));
  const path = join(folder, 'file');
  await writeFile(path, content);
  return { path, write: (text) => writeFile(path, text), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
