import { join } from 'node:path';
import { runNode, runNpm } from './run.ts';
import { type Manifest, publishablePackages, ROOT, type WorkspacePackage } from './workspace.ts';

/** What npm would publish, as a file. */
export interface Tarball extends WorkspacePackage {
  readonly file: string;
  /** Paths inside, without the leading `package/`. */
  readonly contents: readonly string[];
}

interface PackResult {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs every publishable package as it is built now. */
export function packAll(destination: string): readonly Tarball[] {
  const packages = publishablePackages();
  const workspaces = packages.flatMap(({ directory }) => ['--workspace', directory]);
  const packed = parsePackOutput(runNpm(['pack', '--json', '--ignore-scripts', '--pack-destination', destination, ...workspaces], { cwd: ROOT }));
  return packages.map((found) => {
    const result = packed.find(({ name }) => name === found.manifest.name);
    if (!result) throw new Error(`npm pack made nothing of ${found.manifest.name}.`);
    return { ...found, file: join(destination, result.filename.replace('@', '').replace('/', '-')), contents: result.files.map(({ path }) => path) };
  });
}

/** npm 10 and 11 answer a list, newer ones an object by name. */
function parsePackOutput(output: string): readonly PackResult[] {
  const parsed = JSON.parse(output) as readonly PackResult[] | Readonly<Record<string, PackResult>>;
  return Object.values(parsed);
}

/** What is wrong with a tarball, in sentences; empty when all is well. */
export function defectsOf({ manifest, contents }: Tarball, versions: ReadonlyMap<string, string>): readonly string[] {
  const inside = new Set(contents);
  const missing = [...entryPoints(manifest), 'package.json', 'README.md', 'LICENSE'].filter((path) => !inside.has(path));
  const surplus = contents.filter((path) => /\.test\.|\.tsbuildinfo$|(?:^|\/)(?:test|out-tsc)\//.test(path));
  return [
    ...missing.map((path) => `${path} is missing`),
    ...surplus.map((path) => `${path} should not be published`),
    ...rangeDefects(manifest, versions),
    ...(manifest.license === 'MIT' ? [] : ['package.json names no MIT licence']),
    ...(manifest.publishConfig?.access === 'public' ? [] : ['publishConfig.access is not public']),
    ...(manifest.publishConfig?.provenance === true ? [] : ['publishConfig.provenance is not set']),
  ];
}

/** Ranges that only make sense inside this workspace, or that leave our own packages unbound. */
function rangeDefects(manifest: Manifest, versions: ReadonlyMap<string, string>): readonly string[] {
  const ranges = Object.entries({ ...manifest.peerDependencies, ...manifest.optionalDependencies, ...manifest.dependencies });
  return ranges.flatMap(([name, range]) => {
    if (/^(?:\*|latest|workspace:|file:|link:|git|https?:)/.test(range)) return [`${name} is asked for as "${range}", which means nothing to others`];
    const own = name === 'signalbox' || name.startsWith('@signalbox/');
    if (own && !versions.has(name)) return [`${name} is not published`];
    if (own && range !== `^${versions.get(name)}`) return [`${name} is asked for as "${range}" and is ${versions.get(name)}`];
    return [];
  });
}

type ExportTarget = string | Readonly<Record<string, string>>;

function entryPoints(manifest: Manifest & { readonly exports?: Readonly<Record<string, ExportTarget>> }): readonly string[] {
  const targets = Object.values(manifest.exports ?? {}).flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)));
  return [...targets, ...Object.values(manifest.bin ?? {})].map((path) => path.replace(/^\.\//, ''));
}

/** The tools that look at a tarball as its users' tools will. Throws what they complain about. */
export function lintTarball({ file }: Tarball): void {
  runNode(join(ROOT, 'node_modules/publint/src/cli.js'), ['run', file, '--strict'], { cwd: ROOT });
  runNode(join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js'), [file, '--profile', 'esm-only', '--no-emoji', '--no-color'], { cwd: ROOT });
}
