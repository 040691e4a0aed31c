import { generate } from 'selfsigned';

/** PEM. The certificate signs itself and is its own authority: trust it as a CA. */
export interface LocalCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate for servers on this machine, made anew each time: no private key lies in the repository. */
export async function makeLocalCertificate(): Promise<LocalCertificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'Signalbox local server' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { certificate: cert, key };
}
