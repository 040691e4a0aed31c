import { access, chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Accounts } from '../accounts.ts';
import type { CertificateFiles } from '../certificates.ts';
import { waitForGreetings } from '../greeting.ts';
import { INSTALL_HINT, LabError } from '../lab-error.ts';
import type { OAuthServer } from '../oauth/server.ts';
import { namedPorts } from '../ports.ts';
import { startDaemon, type Daemon } from '../process.ts';
import { startBridge } from '../smtp-lmtp-bridge.ts';
import { configurationFiles, MAIL_UID, type DovecotProfile } from './config.ts';
import { Door } from './door.ts';
import { demandDovecotVersion } from './version.ts';

export interface DovecotContext {
  readonly directory: string;
  readonly accounts: Accounts;
  readonly certificates: CertificateFiles;
  readonly oauth: OAuthServer;
}

/** What comes in packages of its own. */
const NEEDED = ['imap', 'lmtp', 'submission', 'modules/auth/libauthdb_lua.so'].map((file) => `/usr/lib/dovecot/${file}`);

/** A running Dovecot: its addresses, and its second door. All listen on 127.0.0.1. */
export class DovecotServer extends Door implements AsyncDisposable {
  readonly name: string;
  /** IMAP with STARTTLS. From 127.0.0.1 Dovecot also takes logins without it; from 127.0.0.2 it refuses them. */
  readonly imapPort: number;
  /** IMAP in TLS. */
  readonly imapsPort: number;
  /** Submission with STARTTLS. AUTH lines end at 1,032 bytes: opaque tokens only. */
  readonly submissionPort: number;
  /** Submission in TLS. */
  readonly submissionsPort: number;
  readonly lmtpPort: number;
  /** Where Postfix asks for passwords and tokens. */
  readonly saslSocket: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly pid: number;
  readonly #stop: () => Promise<void>;

  constructor(daemon: Daemon, files: DovecotFiles, ports: Ports, accounts: Accounts, bridge: AsyncDisposable) {
    super({ accounts, mailDirectory: files.mail, configFile: files.config, doveadmPort: ports.doveadm });
    this.name = daemon.name;
    this.imapPort = ports.imap;
    this.imapsPort = ports.imaps;
    this.submissionPort = ports.submission;
    this.submissionsPort = ports.submissions;
    this.lmtpPort = ports.lmtp;
    this.saslSocket = files.sasl;
    this.configFile = files.config;
    this.logFile = daemon.logFile;
    this.pid = daemon.pid;
    this.#stop = async () => {
      this.close();
      await daemon.stop();
      await bridge[Symbol.asyncDispose]();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}

type Ports = Record<'imap' | 'imaps' | 'submission' | 'submissions' | 'lmtp' | 'doveadm', number>;

interface DovecotFiles {
  readonly config: string;
  readonly mail: string;
  readonly sasl: string;
}

/** Starts one instance. Two instances of a lab share users and mailboxes, and nothing else. */
export async function startDovecot(name: string, profile: DovecotProfile, context: DovecotContext): Promise<DovecotServer> {
  await demandInstalled();
  const home = join(context.directory, name);
  const directories = { run: join(home, 'run'), state: join(home, 'state'), config: join(home, 'conf') };
  const mail = join(context.directory, 'mail');
  const logFile = join(context.directory, `${name}.log`);
  const config = join(directories.config, 'dovecot.conf');
  await Promise.all([...Object.values(directories), mail].map((path) => mkdir(path, { recursive: true })));
  await Promise.all([chown(directories.state, MAIL_UID, MAIL_UID), chown(mail, MAIL_UID, MAIL_UID)]);
  const ports = await namedPorts('imap', 'imaps', 'submission', 'submissions', 'lmtp', 'doveadm');
  const bridge = await startBridge(ports.lmtp);
  const files = configurationFiles({
    name,
    profile,
    ports,
    runDirectory: directories.run,
    stateDirectory: directories.state,
    configDirectory: directories.config,
    mailDirectory: mail,
    usersDirectory: context.accounts.directory,
    logFile,
    certFile: context.certificates.serverCertFile,
    keyFile: context.certificates.serverKeyFile,
    relayPort: bridge.port,
    introspectionEndpoint: context.oauth.introspectionEndpoint,
    openidConfiguration: `${context.oauth.issuer}/.well-known/openid-configuration`,
    delegateEndpoint: context.oauth.delegateEndpoint,
  });
  await Promise.all(Object.entries(files).map(([file, text]) => writeFile(join(directories.config, file), text)));
  await writeFile(logFile, '');
  await chmod(logFile, 0o666);
  const daemon = await startDaemon(name, '/usr/sbin/dovecot', ['-F', '-c', config], logFile);
  try {
    await waitForGreetings(daemon, [ports.imap, ports.lmtp, ports.submission]);
  } catch (error) {
    await daemon.stop();
    await bridge[Symbol.asyncDispose]();
    throw error;
  }
  return new DovecotServer(daemon, { config, mail, sasl: join(directories.run, 'sasl') }, ports, context.accounts, bridge);
}

async function demandInstalled(): Promise<void> {
  if (process.getuid?.() !== 0) throw new LabError('Dovecot is started as root here: run the lab as root, in a container if need be.');
  await demandDovecotVersion();
  for (const file of NEEDED) {
    await access(file).catch(() => {
      throw new LabError(`Dovecot 2.3 is not installed completely: ${file} is missing. ${INSTALL_HINT}`);
    });
  }
}
