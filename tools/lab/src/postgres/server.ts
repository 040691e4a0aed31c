import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../greeting.ts';
import { INSTALL_HINT, LabError } from '../lab-error.ts';
import { freePorts } from '../ports.ts';
import { type Daemon, run, startDaemon, tryRun } from '../process.ts';

const USER = 'signalbox';
const PASSWORD = 'lab-pass';
const SYSTEM_USER = 'postgres';
const PATIENCE_MS = 30_000;

export interface PostgresOptions {
  /** Lines for postgresql.conf. */
  readonly settings?: readonly string[];
}

/** A running PostgreSQL on 127.0.0.1, with a superuser and an empty database. Disposal ends it and removes its data. */
export interface PostgresServer extends AsyncDisposable {
  /** With user and password. */
  readonly url: string;
  readonly port: number;
  /** Of the postmaster, as it runs now. */
  pid(): number;
  /** `kill -9` of the postmaster alone: its children notice, and end. Resolves once it is dead. */
  kill(): Promise<void>;
  /** After `kill`: starts it again on the same data and port. Resolves once it answers. */
  restart(): Promise<void>;
  /** Everything that its database holds, as `pg_dump` writes it, and what the server has written to its log. */
  dump(): Promise<Buffer>;
  log(): Promise<Buffer>;
}

/** Starts a server of its own, which flushes to the disk as in production. As root it runs as the user that Debian's package makes. */
export async function startPostgres({ settings = [] }: PostgresOptions = {}): Promise<PostgresServer> {
  const programs = await findPrograms();
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-postgres-'));
  const [port = 0] = await freePorts(1);
  const start = (): Promise<Daemon> => startServer({ programs, directory, port });
  let daemon: Daemon | undefined;
  try {
    await createCluster({ programs, directory, port, settings });
    daemon = await start();
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  const running = (): Daemon => {
    if (!daemon) throw new LabError('PostgreSQL was killed and not started again.');
    return daemon;
  };
  return {
    port,
    url: `postgresql://${USER}:${PASSWORD}@127.0.0.1:${port}/${USER}`,
    pid: () => running().pid,
    async kill() {
      const dead = running();
      daemon = undefined;
      process.kill(dead.pid, 'SIGKILL');
      while (dead.exited() === undefined) await sleep(5);
    },
    async restart() {
      daemon = await start();
    },
    dump: () => run(join(programs, 'pg_dump'), ['-h', '127.0.0.1', '-p', String(port), '-U', USER, USER], { env: { PGPASSWORD: PASSWORD } }),
    log: () => readFile(logFileOf(directory)),
    async [Symbol.asyncDispose]() {
      await daemon?.stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Cluster {
  readonly programs: string;
  readonly directory: string;
  readonly port: number;
}

/** Debian keeps each version apart, and none on the path. */
async function findPrograms(): Promise<string> {
  const versions = (await readdir('/usr/lib/postgresql').catch(() => [])).toSorted((a, b) => Number(b) - Number(a));
  if (versions[0] === undefined) throw new LabError(`PostgreSQL is not installed. ${INSTALL_HINT}`);
  return join('/usr/lib/postgresql', versions[0], 'bin');
}

/** PostgreSQL refuses to run as root. The command replaces the one that changes the user, so that the process id is its own. */
const asServer = (command: string, args: readonly string[]): readonly [string, string[]] =>
  process.getuid?.() === 0 ? ['setpriv', [`--reuid=${SYSTEM_USER}`, `--regid=${SYSTEM_USER}`, '--init-groups', command, ...args]] : [command, [...args]];

const dataOf = (directory: string): string => join(directory, 'data');
const logFileOf = (directory: string): string => join(directory, 'server.log');

async function createCluster({ programs, directory, port, settings }: Cluster & Required<PostgresOptions>): Promise<void> {
  await chmod(directory, 0o755);
  await mkdir(dataOf(directory));
  if (process.getuid?.() === 0) await run('chown', [SYSTEM_USER, dataOf(directory)]);
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o644 });
  await run(...asServer(join(programs, 'initdb'), ['-D', dataOf(directory), '-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C.UTF-8', '--no-instructions']));
  const lines = [`port = ${port}`, "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", 'fsync = on', 'synchronous_commit = on', ...settings];
  const config = join(directory, 'lab.conf');
  await writeFile(config, `${lines.join('\n')}\n`, { mode: 0o644 });
  await run(...asServer('sh', ['-c', `cat "$0" >> "$1/postgresql.conf"`, config, dataOf(directory)]));
}

/** Until it answers. After a kill the first attempts fail: children of the dead one still hold its memory. */
async function startServer({ programs, directory, port }: Cluster): Promise<Daemon> {
  const until = performance.now() + PATIENCE_MS;
  const logFile = logFileOf(directory);
  for (;;) {
    const [command, args] = asServer(join(programs, 'postgres'), ['-D', dataOf(directory)]);
    const daemon = await startDaemon('postgresql', command, args, logFile);
    while (daemon.exited() === undefined) {
      if (await answers(programs, port)) {
        await ensureDatabase(programs, port);
        return daemon;
      }
      if (performance.now() > until) {
        await daemon.stop();
        throw await failure(daemon, `does not answer on port ${port} after ${PATIENCE_MS} ms`);
      }
      await sleep(20);
    }
    if (performance.now() > until) throw await failure(daemon, `ended while starting (${daemon.exited() ?? ''})`);
    await sleep(50);
  }
}

const answers = async (programs: string, port: number): Promise<boolean> => (await tryRun(join(programs, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)])).code === 0;

async function ensureDatabase(programs: string, port: number): Promise<void> {
  const at = ['-h', '127.0.0.1', '-p', String(port), '-U', USER];
  const { code, stderr } = await tryRun(join(programs, 'createdb'), [...at, USER], { env: { PGPASSWORD: PASSWORD } });
  if (code !== 0 && !stderr.includes('already exists')) throw new LabError(`The database cannot be made: ${stderr.trim()}`);
}
