import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './process.ts';

export interface CertificatePair {
  /** PEM text. */
  readonly cert: string;
  /** PEM text. */
  readonly key: string;
}

export interface Certificates {
  /** What the servers show: localhost, mail.lab.test, 127.0.0.1. */
  readonly server: CertificatePair;
  /** Signed by the lab's CA for localhost, over since 2021. */
  readonly expired: CertificatePair;
  /** Signed by the lab's CA, but only for wrong.lab.test. */
  readonly wrongHost: CertificatePair;
  /** For localhost, signed by a CA that nobody trusts. */
  readonly untrusted: CertificatePair;
}

export interface CertificateFiles extends Certificates {
  /** PEM text of the private CA. */
  readonly ca: string;
  readonly caFile: string;
  readonly serverCertFile: string;
  readonly serverKeyFile: string;
  /** Key first, then certificate, as Postfix wants its chain. */
  readonly serverChainFile: string;
}

interface Leaf {
  readonly name: string;
  readonly commonName: string;
  readonly names: string;
  readonly issuer: 'ca' | 'other-ca';
  readonly from: string;
  readonly until: string;
}

const LOCAL = 'DNS:localhost,IP:127.0.0.1';
const GOOD = { from: '20240101000000Z', until: '20360101000000Z' };
const OVER = { from: '20200101000000Z', until: '20210101000000Z' };

/** A private CA and the four server certificates, made anew for each lab with openssl. */
export async function makeCertificates(directory: string): Promise<CertificateFiles> {
  await mkdir(directory, { recursive: true });
  await Promise.all([authority(directory, 'ca', 'Signalbox lab CA'), authority(directory, 'other-ca', 'Somebody else')]);
  const [server, expired, wrongHost, untrusted] = await Promise.all([
    leaf(directory, { name: 'server', commonName: 'localhost', names: `${LOCAL},DNS:mail.lab.test`, issuer: 'ca', ...GOOD }),
    leaf(directory, { name: 'expired', commonName: 'localhost', names: LOCAL, issuer: 'ca', ...OVER }),
    leaf(directory, { name: 'wrong-host', commonName: 'wrong.lab.test', names: 'DNS:wrong.lab.test', issuer: 'ca', ...GOOD }),
    leaf(directory, { name: 'untrusted', commonName: 'localhost', names: LOCAL, issuer: 'other-ca', ...GOOD }),
  ]);
  const caFile = join(directory, 'ca.crt');
  const serverChainFile = join(directory, 'server.chain.pem');
  await writeFile(serverChainFile, server.key + server.cert, { mode: 0o600 });
  return {
    ca: await readFile(caFile, 'utf8'),
    caFile,
    serverCertFile: join(directory, 'server.crt'),
    serverKeyFile: join(directory, 'server.key'),
    serverChainFile,
    server,
    expired,
    wrongHost,
    untrusted,
  };
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function authority(directory: string, name: string, commonName: string): Promise<void> {
  const request = ['req', '-x509', ...KEY, '-days', '3650', '-subj', `/CN=${commonName}`];
  const extensions = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  await run('openssl', [...request, ...extensions, '-keyout', `${name}.key`, '-out', `${name}.crt`], { directory });
}

/** `openssl ca` rather than `x509 -req`: OpenSSL 3.0 can back-date a certificate in no other way. */
async function leaf(directory: string, { name, commonName, names, issuer, from, until }: Leaf): Promise<CertificatePair> {
  const base = join(directory, name);
  await mkdir(`${base}.db`);
  await Promise.all([
    run('openssl', ['req', ...KEY, '-subj', `/CN=${commonName}`, '-keyout', `${name}.key`, '-out', `${name}.csr`], { directory }),
    writeFile(`${base}.db/index.txt`, ''),
    writeFile(`${base}.cnf`, signingConfiguration(name, names)),
  ]);
  const signer = ['-cert', `${issuer}.crt`, '-keyfile', `${issuer}.key`];
  const span = ['-startdate', from, '-enddate', until];
  const files = ['-in', `${name}.csr`, '-out', `${name}.crt`];
  await run('openssl', ['ca', '-batch', '-notext', '-config', `${name}.cnf`, '-extensions', 'leaf', ...signer, ...span, ...files], { directory });
  await Promise.all([rm(`${base}.db`, { recursive: true }), rm(`${base}.cnf`), rm(`${base}.csr`)]);
  const [cert, key] = await Promise.all([readFile(`${base}.crt`, 'utf8'), readFile(`${base}.key`, 'utf8')]);
  return { cert, key };
}

const signingConfiguration = (name: string, names: string): string => `
[ca]
default_ca = lab
[lab]
dir = .
database = ${name}.db/index.txt
new_certs_dir = ${name}.db
default_md = sha256
policy = names
unique_subject = no
rand_serial = yes
[names]
commonName = supplied
[leaf]
subjectAltName = ${names}
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
`;
