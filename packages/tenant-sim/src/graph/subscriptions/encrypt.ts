import { constants, createCipheriv, createHmac, createHash, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';

/** An item as rich notifications carry it: for whoever has the private key (FACTS.md E14). */
export interface EncryptedContent {
  readonly data: string;
  readonly dataSignature: string;
  readonly dataKey: string;
  readonly encryptionCertificateId: string;
  readonly encryptionCertificateThumbprint: string;
}

const [KEY, IV] = [32, 16];

export const certificateOf = (base64: string): X509Certificate => new X509Certificate(Buffer.from(base64, 'base64'));

export function encrypt(json: unknown, { certificate, certificateId }: { readonly certificate: string; readonly certificateId: string }): EncryptedContent {
  const key = randomBytes(KEY);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, IV));
  const data = Buffer.concat([cipher.update(JSON.stringify(json)), cipher.final()]);
  const x509 = certificateOf(certificate);
  return {
    data: data.toString('base64'),
    dataSignature: createHmac('sha256', key).update(data).digest('base64'),
    dataKey: publicEncrypt({ key: x509.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, key).toString('base64'),
    encryptionCertificateId: certificateId,
    encryptionCertificateThumbprint: createHash('sha1').update(x509.raw).digest('hex').toUpperCase(),
  };
}
