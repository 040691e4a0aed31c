import { access, mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressOf, type Accounts } from '../accounts.ts';
import type { CertificateFiles } from '../certificates.ts';
import { waitForGreetings } from '../greeting.ts';
import { INSTALL_HINT, LabError } from '../lab-error.ts';
import { namedPorts } from '../ports.ts';
import { run, startDaemon } from '../process.ts';
import { masterCf, mainCf } from './config.ts';
import { startSocketmap } from './socketmap.ts';

/** A running Postfix, which hands what it accepts to Dovecot: look there for what arrived. */
export interface PostfixServer extends AsyncDisposable {
  /** STARTTLS, authentication, and the check that the sender belongs to the login. */
  readonly submissionPort: number;
  /** The same in TLS. */
  readonly submissionsPort: number;
  /** As from the Internet: no authentication, for lab users only. */
  readonly smtpPort: number;
  readonly configDirectory: string;
  readonly logFile: string;
  readonly pid: number;
  /** What RCPT of this address is answered with from now on (`451 4.7.0 Try later`); undefined: as usual again. */
  scriptReply(recipient: string, reply: string | undefined): void;
  /** Messages accepted and not yet delivered. */
  queueLength(): Promise<number>;
}

export interface PostfixContext {
  readonly directory: string;
  readonly accounts: Accounts;
  readonly certificates: CertificateFiles;
  readonly saslSocket: string;
  readonly lmtpPort: number;
}

/** In Exchange Online's own words. */
const USUAL_REPLIES: Readonly<Record<string, string>> = {
  temp: '451 4.7.0 Temporary server error. Please try again later. PRX2',
  throttle: '432 4.3.2 STOREDRV.Submission; sender thread limit exceeded',
  perm: '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
  sendas: '554 5.2.252 SendAsDenied; alice@lab.test not allowed to send as bob@lab.test',
  close: '421 4.4.2 Connection dropped due to SocketError',
};

const MASTER = '/usr/lib/postfix/sbin/master';

export async function startPostfix(context: PostfixContext): Promise<PostfixServer> {
  await demandInstalled();
  const { accounts } = context;
  const directory = join(context.directory, 'postfix');
  const configDirectory = join(directory, 'conf');
  const logFile = join(directory, 'postfix.log');
  const replies = new Map(Object.entries(USUAL_REPLIES).map(([name, reply]) => [addressOf(name), reply]));
  const ports = await namedPorts('smtp', 'submission', 'submissions');
  const tables = await startSocketmap({
    mailboxes: (address) => (accounts.has(address) ? 'here' : undefined),
    senders: (address) => {
      const logins = accounts.sendersOf(address);
      return logins.length > 0 ? logins.join(',') : undefined;
    },
    replies: (address) => replies.get(address),
  });
  try {
    const settings = {
      ports,
      directory,
      logFile,
      chainFile: context.certificates.serverChainFile,
      saslSocket: context.saslSocket,
      lmtpPort: context.lmtpPort,
      socketmapPort: tables.port,
    };
await mkdir(configDirectory, { recursive: true });
    await Promise.all([
      writeAged(join(configDirectory, 'main.cf'), mainCf(settings)),
      writeAged(join(configDirectory, 'master.cf'), masterCf(settings)),
      makeQueue(directory),
    ]);
    const daemon = await startDaemon('postfix', MASTER, ['-s', '-c', configDirectory], join(directory, 'master.log'), { MAIL_CONFIG: configDirectory });
    const server = { ...daemon, logFile };
    try {
      await waitForGreetings(server, [ports.smtp, ports.submission]);
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    return {
      submissionPort: ports.submission,
      submissionsPort: ports.submissions,
      smtpPort: ports.smtp,
      configDirectory,
      logFile,
      pid: daemon.pid,
      scriptReply: (recipient, reply) => {
        if (reply === undefined) replies.delete(addressOf(recipient));
        else replies.set(addressOf(recipient), reply);
      },
      queueLength: async () => {
        const lines = (await run('postqueue', ['-c', configDirectory, '-j'])).toString();
        return lines.split('\n').filter((line) => line !== '').length;
      },
      [Symbol.asyncDispose]: async () => {
        await daemon.stop();
        await tables[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await tables[Symbol.asyncDispose]();
    throw error;
  }
}

/** Postfix reads a configuration written in the last second again and again, until it is sure that nobody is still writing. */
async function writeAged(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  const earlier = new Date(Date.now() - 60_000);
  await utimes(file, earlier, earlier);
}

/** The directories that `postfix check` would make, in a hundredth of its three seconds. */
async function makeQueue(directory: string): Promise<void> {
  const spool = join(directory, 'spool');
  const install = (options: readonly string[], ...paths: readonly string[]): Promise<unknown> => run('install', ['-d', ...options, ...paths]);
  await install(['-m', '755'], directory, spool, join(spool, 'pid'));
  const own = ['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'private', 'saved', 'trace'];
  await install(['-o', 'postfix', '-m', '700'], join(directory, 'data'), ...own.map((name) => join(spool, name)));
  await install(['-o', 'postfix', '-g', 'postdrop', '-m', '730'], join(spool, 'maildrop'));
  await install(['-o', 'postfix', '-g', 'postdrop', '-m', '710'], join(spool, 'public'));
}

async function demandInstalled(): Promise<void> {
  if (process.getuid?.() !== 0) throw new LabError('Postfix is started as root here: run the lab as root, in a container if need be.');
  await access(MASTER).catch(() => {
    throw new LabError(`Postfix is not installed: ${MASTER} is missing. ${INSTALL_HINT}`);
  });
}
