import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { MailError } from '@signalbox/core';
import forge from 'node-forge';
import type { CertificateConfig } from './config.ts';

/** A certificate whose key signs assertions (FACTS.md A2). */
export interface SigningCertificate {
  /** SHA-256 of the DER form, in hex: MSAL makes `x5t#S256` of it and signs by PS256. */
  readonly thumbprintSha256: string;
  /** PKCS #8 in PEM, without a passphrase: as MSAL takes it. */
  readonly privateKey: string;
  readonly expiresAt: Date;
}

/** Throws `config.invalid` for whatever could not sign. */
export async function readCertificate(config: CertificateConfig, setting: string): Promise<SigningCertificate> {
  const { certificate, key } = config.pfxFile === undefined ? readPem(config, setting) : await readPfx(config.pfxFile, config, setting);
  if (key.asymmetricKeyType !== 'rsa') throw unusable(setting, `its key is of the kind ${key.asymmetricKeyType ?? 'unknown'}, and Entra takes RSA`);
  if (!certificate.checkPrivateKey(key)) throw unusable(setting, 'its private key belongs to another certificate');
  return {
    thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    expiresAt: new Date(certificate.validTo),
  };
}

interface CertificateAndKey {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

function readPem({ certificate = '', privateKey, passphrase }: CertificateConfig, setting: string): CertificateAndKey {
  return {
    certificate: attempt(() => new X509Certificate(certificate), setting, 'the certificate is not in PEM form'),
    key: attempt(
      () => createPrivateKey({ key: privateKey?.reveal() ?? '', format: 'pem', ...(passphrase && { passphrase: passphrase.reveal() }) }),
      setting,
      passphrase ? 'the private key is not in PEM form, or the passphrase is another one' : 'the private key is not in PEM form, or needs a passphrase',
    ),
  };
}

/** Node reads PKCS #12 for TLS alone and never gives the key out, so that a library has to. */
async function readPfx(file: string, { passphrase }: CertificateConfig, setting: string): Promise<CertificateAndKey> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unusable(setting, `the file ${file} cannot be read`, error);
  });
  const store = attempt(
    () => forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(forge.util.createBuffer(bytes)), passphrase?.reveal() ?? ''),
    setting,
    `the file ${file} is no PKCS #12 file, or the passphrase is another one`,
  );
  const { pki } = forge;
  const keys = [pki.oids['pkcs8ShroudedKeyBag'], pki.oids['keyBag']].flatMap((bagType) => (bagType === undefined ? [] : (store.getBags({ bagType })[bagType] ?? [])));
  const certificates = store.getBags({ bagType: pki.oids['certBag'] ?? '' })[pki.oids['certBag'] ?? ''] ?? [];
  const key = attempt(() => keyOf(keys[0]), setting, `the file ${file} holds no RSA key`);
  const candidates = certificates.flatMap(({ cert }) => (cert ? [new X509Certificate(pki.certificateToPem(cert))] : []));
  const certificate = candidates.find((candidate) => candidate.checkPrivateKey(key));
  if (!certificate) throw unusable(setting, `the file ${file} holds no certificate for its key`);
  return { certificate, key };
}

function keyOf(bag: forge.pkcs12.Bag | undefined): KeyObject {
  if (!bag?.key) throw new TypeError('no key');
  return createPrivateKey(forge.pki.privateKeyToPem(bag.key));
}

/** What a parser says is not passed on: it may quote the key. */
function attempt<T>(read: () => T, setting: string, problem: string): T {
  try {
    return read();
  } catch {
    throw unusable(setting, problem);
  }
}

const unusable = (setting: string, problem: string, cause?: unknown): MailError =>
  new MailError('config.invalid', `The ${setting} of the application cannot be used: ${problem}.`, {
    affects: 'tenant',
    remedy: { who: 'operator', action: 'fix-config', text: `Correct "${setting}" in the section "entra".` },
    ...(cause !== undefined && { cause }),
  });
