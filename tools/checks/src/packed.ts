// npm run packed: packs every publishable package, looks at the tarballs, and uses them in an empty project as an outsider would.
// Expects built packages (`npm run build`).
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeLocalCertificate, startImapServer } from '@signalbox/local-servers';
import { runNode, runNpm } from './run.ts';
import { defectsOf, lintTarball, packAll, type Tarball } from './tarball.ts';
import { ROOT } from './workspace.ts';

const CONSUMER = join(ROOT, 'tools/checks/consumer');
const EXAMPLE = join(ROOT, 'examples/third-party-transport');
const LIBRARY = join(ROOT, 'examples/library');
const TSC = join(ROOT, 'node_modules/@typescript/compiler/bin/tsc');
const TSCONFIG = {
  compilerOptions: { target: 'es2024', lib: ['es2024', 'esnext.disposable'], module: 'nodenext', strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: ['node'] },
  files: ['typed.ts'],
};

function step(title: string, work: () => void): void {
  const started = Date.now();
  work();
  console.log(`${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

function checkTarballs(tarballs: readonly Tarball[]): void {
  const versions = new Map(tarballs.map(({ manifest }) => [manifest.name, manifest.version]));
  const defects = tarballs.flatMap((tarball) => defectsOf(tarball, versions).map((defect) => `  ${tarball.manifest.name}: ${defect}`));
  if (defects.length > 0) throw new Error(`The tarballs are not fit to be published:\n${defects.join('\n')}`);
}

/** An empty project outside the workspace whose only dependencies are our tarballs. */
function createProject(directory: string, tarballs: readonly Tarball[]): void {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> };
  mkdirSync(directory);
  const dependencies = Object.fromEntries(tarballs.map(({ manifest, file }) => [manifest.name, `file:${file.replaceAll('\\', '/')}`]));
  const manifest = { name: 'consumer', version: '1.0.0', private: true, type: 'module', dependencies, devDependencies: { '@types/node': devDependencies['@types/node'] } };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest, undefined, 2));
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(TSCONFIG, undefined, 2));
  cpSync(CONSUMER, directory, { recursive: true });
}

/** One copy of each of ours, unpacked: a link or a second copy would mean that npm took something else than the tarball. */
function checkInstalled(directory: string, tarballs: readonly Tarball[]): void {
  const entries = readdirSync(join(directory, 'node_modules'), { recursive: true, withFileTypes: true });
  for (const { manifest } of tarballs) {
    const scope = manifest.name.split('/');
    const copies = entries.filter(({ name, parentPath }) => name === scope.at(-1) && parentPath.endsWith(join('node_modules', ...scope.slice(0, -1))));
    if (copies.length !== 1 || !copies[0]?.isDirectory()) throw new Error(`${manifest.name} is installed ${copies.length} times, or as a link.`);
  }
}

function usePackages(directory: string, tarballs: readonly Tarball[]): void {
  const inProject = { cwd: directory, env: { ...process.env, NODE_OPTIONS: '' } };
  step('installed into an empty project', () => {
    createProject(directory, tarballs);
    runNpm(['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], inProject);
    checkInstalled(directory, tarballs);
  });
  step('every package loads', () => process.stdout.write(runNode('import-all.js', [], inProject)));
  step('a typed consumer compiles', () => runNode(TSC, ['-p', '.'], inProject));
  step('the packed suite runs against the packed memory transport', () => process.stdout.write(runNode('conformance.js', [], inProject)));
  step('the command prints its help', () => {
    const help = runNpm(['exec', '--offline', '--no', '--', 'signalbox', '--help'], inProject);
    if (!/usage: signalbox/i.test(help)) throw new Error(`signalbox --help says:\n${help}`);
  });
}

interface MailServer {
  readonly username: string;
  readonly port: number;
  readonly ca: string;
}

/** A program of the examples, as it stands, on the packed router and the packed store. */
async function runLibraryExample(directory: string, { username, port, ca }: MailServer): Promise<void> {
  const place = join(directory, 'library');
  cpSync(LIBRARY, place, { recursive: true, filter: (source) => !source.includes('node_modules') });
  runNode(TSC, ['-p', place], { cwd: directory, env: { ...process.env, NODE_OPTIONS: '' } });
  writeFileSync(join(place, 'ca.pem'), ca);
  writeFileSync(
    join(place, 'signalbox.yaml'),
    `version: 1\norganization: packed\nnetwork: { ca: ca.pem }\nservers: { imap: { host: localhost, port: ${port}, tls: implicit } }\nmailboxes:\n  - { id: consumer, address: ${username}, receive: basic, password: '\${env:IMAP_PASSWORD}' }\n`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [join('src', 'unread.ts'), 'consumer'], { cwd: place, env: { ...process.env, NODE_OPTIONS: '', IMAP_PASSWORD: 'right' } });
  if (stdout !== 'Number of unread emails: 1\n') throw new Error(`The example of the library printed:\n${stdout}`);
  console.log('an example of the library compiles, and counts unread mail with the packed router');
}

/** The server runs in this process, so the consumer must not block it. */
async function readMail(directory: string): Promise<void> {
  const username = 'consumer@local.example';
  await using server = await startImapServer({ username, password: 'right', certificate: await makeLocalCertificate() });
  server.deliver(Buffer.from('From: ada@local.example\r\nSubject: packed\r\n\r\ntext\r\n'));
  const env = { ...process.env, NODE_OPTIONS: '', IMAP_PORT: String(server.port), IMAP_CA: server.ca, IMAP_USER: username };
  const { stdout } = await promisify(execFile)(process.execPath, ['imap.js'], { cwd: directory, env });
  if (!/^read \d+ octets: packed$/m.test(stdout)) throw new Error(`The packed IMAP transport read:\n${stdout}`);
  console.log('the packed IMAP transport reads a message');
  await runLibraryExample(directory, { username, port: server.port, ca: server.ca });
}

/** The example is a project of its own: what it asks for by version it gets as tarballs, and nothing else is changed. */
function testExample(directory: string, tarballs: readonly Tarball[]): void {
  cpSync(EXAMPLE, directory, { recursive: true, filter: (source) => !source.includes('node_modules') });
  const path = join(directory, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  const files = new Map(tarballs.map(({ manifest: { name }, file }) => [name, `file:${file.replaceAll('\\', '/')}`]));
  for (const part of ['dependencies', 'devDependencies'] as const) {
    for (const name of Object.keys(manifest[part])) manifest[part][name] = files.get(name) ?? manifest[part][name] ?? '';
  }
  writeFileSync(path, JSON.stringify(manifest, undefined, 2));
  const inProject = { cwd: directory, env: { ...process.env, NODE_OPTIONS: '' } };
  runNpm(['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], inProject);
  runNode(TSC, ['-p', '.'], inProject);
  const report = runNode('--test', [], inProject);
  if (!/^. pass [1-9]\d*$/m.test(report)) throw new Error(`The example ran no test:\n${report}`);
}

/** What an operator does with a plugin of a third party: installs it beside Signalbox, names it in the configuration, and sends. */
function sendThroughExample(consumer: string, example: string): void {
  const inProject = { cwd: consumer, env: { ...process.env, NODE_OPTIONS: '' } };
  runNpm(['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', `file:${example.replaceAll('\\', '/')}`], inProject);
  const pickup = join(consumer, 'pickup');
  mkdirSync(pickup);
  const mail = ['--to', 'ada@local.example', '--subject', 'packed', '--text', 'text'];
  runNpm(['exec', '--offline', '--no', '--', 'signalbox', '--config', 'pickup.yaml', 'send', 'robin', ...mail], inProject);
  const [file, ...others] = readdirSync(pickup);
  const written = file === undefined ? 'nothing' : readFileSync(join(pickup, file), 'utf8');
  if (others.length > 0 || !written.includes('x-receiver: ada@local.example') || !written.includes('Subject: packed')) throw new Error(`The pickup directory holds ${others.length + 1} files:\n${written}`);
}

const scratch = mkdtempSync(join(tmpdir(), 'signalbox-packed-'));
try {
  const tarballs = packAll(scratch);
  step(`${tarballs.length} tarballs hold what they should`, () => checkTarballs(tarballs));
  for (const tarball of tarballs) step(`publint and attw have nothing against ${tarball.manifest.name}`, () => lintTarball(tarball));
  usePackages(join(scratch, 'consumer'), tarballs);
  await readMail(join(scratch, 'consumer'));
  step('the third-party transport of examples/ compiles and passes the packed suite', () => testExample(join(scratch, 'example'), tarballs));
  step('the packed command sends through the third-party transport', () => sendThroughExample(join(scratch, 'consumer'), join(scratch, 'example')));
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}
