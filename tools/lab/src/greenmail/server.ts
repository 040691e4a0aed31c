import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateFiles } from '../certificates.ts';
import { failure, waitForGreetings } from '../greeting.ts';
import { LabError } from '../lab-error.ts';
import { namedPorts } from '../ports.ts';
import { run, startDaemon } from '../process.ts';
import { GreenMailDoor } from './door.ts';
import { demandJar } from './jar.ts';

/** A running GreenMail with users of its own. TLS ports only for TLS: it has no STARTTLS. */
export class GreenMailServer extends GreenMailDoor implements AsyncDisposable {
  readonly imapPort: number;
  readonly imapsPort: number;
  readonly smtpPort: number;
  readonly smtpsPort: number;
  readonly apiPort: number;
  readonly pid: number;
  readonly #stop: () => Promise<void>;

  constructor(ports: Ports, pid: number, stop: () => Promise<void>) {
    super(ports.api, ports.imap);
    this.imapPort = ports.imap;
    this.imapsPort = ports.imaps;
    this.smtpPort = ports.smtp;
    this.smtpsPort = ports.smtps;
    this.apiPort = ports.api;
    this.pid = pid;
    this.#stop = stop;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}

type Ports = Record<'imap' | 'imaps' | 'smtp' | 'smtps' | 'api', number>;

export interface GreenMailContext {
  readonly directory: string;
  readonly certificates: CertificateFiles;
}

const KEYSTORE_PASSWORD = 'changeit';

/** Everything for a quick start, nothing for long work. */
const JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto', '-Xmx512m'];

export async function startGreenMail({ directory, certificates }: GreenMailContext): Promise<GreenMailServer> {
  const home = join(directory, 'greenmail');
  const keystore = join(home, 'keystore.p12');
  await mkdir(home, { recursive: true });
  const [jar, ports] = await Promise.all([
    demandJar(),
    namedPorts('imap', 'imaps', 'smtp', 'smtps', 'api'),
    makeKeystore(certificates, keystore),
  ]);
  const { api, ...mail } = ports;
  const settings: Readonly<Record<string, string | number>> = {
    ...Object.fromEntries(Object.entries(mail).flatMap(([name, port]) => [[`${name}.port`, port], [`${name}.hostname`, '127.0.0.1']])),
    'api.hostname': '127.0.0.1',
    'api.port': api,
    'users.login': 'email',
    'tls.keystore.file': keystore,
    'tls.keystore.password': KEYSTORE_PASSWORD,
    'startup.timeout': 20_000,
  };
  const properties = Object.entries(settings).map(([name, value]) => `-Dgreenmail.${name}=${value}`);
  const logFile = join(directory, 'greenmail.log');
  await writeFile(logFile, '');
  const daemon = await startDaemon('greenmail', 'java', [...JVM, ...properties, '-jar', jar], logFile);
  try {
    await waitForGreetings(daemon, [ports.imap, ports.smtp]);
    await waitForApi(api).catch(async () => Promise.reject(await failure(daemon, 'greeted, but its REST API is silent')));
    const server = new GreenMailServer(ports, daemon.pid, () => daemon.stop());
    await Promise.all(['alice', 'bob', 'carol'].map((name) => server.createUser(name)));
    return server;
  } catch (error) {
    await daemon.stop();
    throw error;
  }
}

async function waitForApi(port: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${port}/api/service/readiness`).then((response) => response.ok, () => false);
    if (ready) return;
    if (Date.now() > deadline) throw new LabError('no answer');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function makeKeystore({ serverCertFile, serverKeyFile, caFile }: CertificateFiles, keystore: string): Promise<void> {
  const files = ['-in', serverCertFile, '-inkey', serverKeyFile, '-certfile', caFile, '-out', keystore];
  await run('openssl', ['pkcs12', '-export', ...files, '-name', 'greenmail', '-passout', `pass:${KEYSTORE_PASSWORD}`]);
}
