import { rm, writeFile } from 'node:fs/promises';
import { demandDovecotVersion } from './dovecot/version.ts';
import { fetchJar } from './greenmail/jar.ts';
import { LabError } from './lab-error.ts';
import { run, tryRun } from './process.ts';

const SERVERS = ['dovecot-core', 'dovecot-imapd', 'dovecot-submissiond', 'dovecot-lmtpd', 'dovecot-sieve', 'dovecot-auth-lua', 'postfix', 'openssl'];
/** For the store, which is no mail server's: the newest that Debian has. */
const DATABASE = ['postgresql'];
/** Clients that nobody here wrote, for servers that somebody here did. */
const CLIENTS = ['isync'];

type Log = (line: string) => void;

/** Installs what the lab starts. Whatever cannot be had is an error: a lab with a server less proves less, unnoticed. */
export async function install(log: Log): Promise<void> {
  const wanted = [
    ...(await missing([...SERVERS, ...DATABASE, ...CLIENTS])),
    ...((await works('java', '-version')) ? [] : ['default-jre-headless']),
    ...((await works('python3', '--version')) ? [] : ['python3']),
    ...((await works('mvn', '--version')) ? [] : ['maven']),
  ];
  if (wanted.length > 0) await installPackages(wanted, log);
  const version = await demandDovecotVersion();
  log(`Dovecot ${version}, Postfix and PostgreSQL are installed.`);
  log(`GreenMail is ${await fetchJar()}.`);
}

async function missing(packages: readonly string[]): Promise<string[]> {
  const found = await tryRun('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages]).catch(() => undefined);
  const installed = new Set(found?.stdout.toString().split('\n'));
  return packages.filter((name) => !installed.has(`${name} installed`));
}

async function works(command: string, argument: string): Promise<boolean> {
  return (await tryRun(command, [argument]).catch(() => undefined))?.code === 0;
}

async function installPackages(packages: readonly string[], log: Log): Promise<void> {
  const list = packages.join(' ');
  if (!(await works('apt-get', '--version'))) {
    throw new LabError(`Missing: ${list}. The lab installs them with apt-get, which this system does not have. It is made for Debian 12.`);
  }
  if (process.getuid?.() !== 0) throw new LabError(`Missing: ${list}. Installing them takes root: repeat this as root.`);
  log(`Installing ${list} …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const ours = await keepServicesDown();
  try {
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env });
  } finally {
    if (ours) await rm(POLICY);
  }
}

const POLICY = '/usr/sbin/policy-rc.d';

/** Debian starts what it installs, unless this file says no; true when the file is ours. One that exists stays as it is. */
async function keepServicesDown(): Promise<boolean> {
  try {
    await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
