import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Accounts, createUsualAccounts, type LabUser } from './accounts.ts';
import { makeCertificates, type Certificates } from './certificates.ts';
import { startDovecot, type DovecotServer } from './dovecot/server.ts';
import { startGreenMail, type GreenMailServer } from './greenmail/server.ts';
import { LabError } from './lab-error.ts';
import { startOAuthServer, type OAuthServer } from './oauth/server.ts';
import { startPostfix, type PostfixServer } from './postfix/server.ts';

export type ServerName = 'dovecot' | 'dovecot-as-exchange' | 'postfix' | 'greenmail';

export const SERVER_NAMES: readonly ServerName[] = ['dovecot', 'dovecot-as-exchange', 'postfix', 'greenmail'];

export interface LabOptions {
  /** All of them, unless told. Postfix brings Dovecot, where it authenticates and delivers. */
  readonly servers?: readonly ServerName[];
  /** An empty or new folder; a fresh one below the system's folder for temporary files, unless told. */
  readonly directory?: string;
  /** Leaves the folder, with mail and logs, when the lab ends. */
  readonly keep?: boolean;
  readonly log?: (line: string) => void;
}

/** Running mail servers. Disposing of it ends them, and removes the folder. */
export interface Lab extends AsyncDisposable {
  readonly directory: string;
  /** PEM text of the private CA that signed the servers' certificates. */
  readonly ca: string;
  readonly caFile: string;
  /** PEM text, for TLS tests through the fault proxy. */
  readonly certificates: Certificates;
  readonly oauth: OAuthServer;
  /** Users known to Dovecot and Postfix. GreenMail has its own alice, bob and carol. */
  readonly users: readonly LabUser[];
  readonly dovecot?: DovecotServer;
  /** The same mailboxes; capabilities, mechanisms and limits as of Exchange Online. */
  readonly dovecotAsExchange?: DovecotServer;
  readonly postfix?: PostfixServer;
  readonly greenmail?: GreenMailServer;
}

// Sockets lie in the folder, and a path of theirs holds 107 bytes.
const LONGEST_DIRECTORY = 60;

export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const servers = new Set(options.servers ?? SERVER_NAMES);
  if (servers.has('postfix')) servers.add('dovecot');
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'signalbox-lab-')));
  if (directory.length > LONGEST_DIRECTORY) throw new LabError(`"${directory}" is too long for a lab's folder: ${LONGEST_DIRECTORY} characters at most.`);
  await mkdir(directory, { recursive: true });
  // The servers' own users must get to their folders.
  await chmod(directory, 0o755);

  const running = new Running(directory, options.keep ?? false);
  try {
    return await start(servers, directory, running, options.log ?? ((): void => {}));
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function start(servers: ReadonlySet<ServerName>, directory: string, running: Running, log: (line: string) => void): Promise<Lab> {
  const accounts = new Accounts(join(directory, 'users'));
  const [certificates, oauth] = await Promise.all([
    makeCertificates(join(directory, 'certificates')),
    startOAuthServer({ hasFullAccess: (holder, mailbox) => accounts.hasFullAccess(holder, mailbox) }),
    createUsualAccounts(accounts),
  ]);
  running.add(oauth);
  const context = { directory, accounts, certificates, oauth };

  async function server<T extends AsyncDisposable & { readonly pid: number }>(name: ServerName, launch: () => Promise<T>): Promise<T | undefined> {
    if (!servers.has(name)) return undefined;
    const began = performance.now();
    const started = await launch();
    running.add(started, started.pid);
    log(`${name} runs as ${started.pid}, after ${Math.round(performance.now() - began)} ms`);
    return started;
  }
  const dovecot = server('dovecot', () => startDovecot('dovecot', 'everything', context));
  const starting = [
    dovecot,
    server('dovecot-as-exchange', () => startDovecot('dovecot-as-exchange', 'exchange', context)),
    dovecot.then((authenticator) => authenticator && server('postfix', () => startPostfix({ ...context, saslSocket: authenticator.saslSocket, lmtpPort: authenticator.lmtpPort }))),
    server('greenmail', () => startGreenMail(context)),
  ] as const;
  // All must have settled before one failure may stop the others.
  await Promise.allSettled(starting);
  const [main, exchange, postfix, greenmail] = await Promise.all(starting);

  const { ca, caFile } = certificates;
  return {
    directory,
    ca,
    caFile,
    certificates,
    oauth,
    get users() {
      return accounts.all();
    },
    ...(main && { dovecot: main }),
    ...(exchange && { dovecotAsExchange: exchange }),
    ...(postfix && { postfix }),
    ...(greenmail && { greenmail }),
    [Symbol.asyncDispose]: () => running.stop(),
  };
}

/** What has been started so far, and the way to end it. */
class Running {
  readonly #directory: string;
  readonly #keep: boolean;
  readonly #things: AsyncDisposable[] = [];
  readonly #pids: number[] = [];
  #stopped: Promise<void> | undefined;
  // A process that ends without disposing of its lab takes it along, signals that kill outright excepted.
  readonly #onExit = (): void => {
    for (const pid of this.#pids) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
    this.#removeNow();
  };

  constructor(directory: string, keep: boolean) {
    this.#directory = directory;
    this.#keep = keep;
    process.once('exit', this.#onExit);
  }

  add(thing: AsyncDisposable, pid?: number): void {
    this.#things.push(thing);
    if (pid !== undefined) this.#pids.push(pid);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#things.map((thing) => thing[Symbol.asyncDispose]()));
    process.off('exit', this.#onExit);
    if (!this.#keep) await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #removeNow(): void {
    if (!this.#keep) rmSync(this.#directory, { recursive: true, force: true });
  }
}
