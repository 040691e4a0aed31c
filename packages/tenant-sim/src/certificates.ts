import { writeFile } from 'node:fs/promises';
import { generate } from 'selfsigned';

/** PEM, all of it. Made anew for each tenant: no private key lies in the package. */
export interface TenantCertificates {
  /** The authority to trust. */
  readonly ca: string;
  /** What the doors show: for `localhost`, `127.0.0.1` and the names asked for. */
  readonly certificate: string;
  readonly key: string;
  /** Where clients find the authority: for `NODE_EXTRA_CA_CERTS`. */
  writeCa(file: string): Promise<void>;
}

const DAY = 86_400_000;
const KEY = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/**
 * Valid by the machine's clock, not the tenant's: TLS libraries know no other.
 */
export async function createCertificates(names: readonly string[] = []): Promise<TenantCertificates> {
  const dates = { notBeforeDate: new Date(Date.now() - DAY), notAfterDate: new Date(Date.now() + 3650 * DAY) };
  const authority = await generate([{ name: 'commonName', value: 'Simulated tenant authority' }], {
    ...KEY,
    ...dates,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...KEY,
    ...dates,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...['localhost', ...names].map((value) => ({ type: 2 as const, value })), ...['127.0.0.1', '::1'].map((ip) => ({ type: 7 as const, ip }))],
      },
    ],
  });
  return {
    ca: authority.cert,
    certificate: server.cert,
    key: server.private,
    writeCa: (file) => writeFile(file, authority.cert),
  };
}
