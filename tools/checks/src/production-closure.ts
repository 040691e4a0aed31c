import { readText } from './generated-file.ts';
import { publishablePackages } from './workspace.ts';

/** One package that somebody who installs ours gets too. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Where the lockfile puts it, relative to the root. */
  readonly path: string;
  /** As its own package.json says. */
  readonly license?: string;
}

interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export type LockedPackages = Readonly<Record<string, LockEntry>>;

/**
 * What the published packages bring along, by the lockfile: the same on every platform, installed here or not.
 * Our own packages are not listed.
 */
export function productionClosure(): readonly InstalledPackage[] {
  const { packages } = JSON.parse(readText('package-lock.json')) as { packages: LockedPackages };
  return closureOf(packages, publishablePackages().map(({ directory }) => directory));
}

export function closureOf(packages: LockedPackages, roots: readonly string[]): readonly InstalledPackage[] {
  const seen = new Set(roots);
  const queue = [...roots];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    for (const name of dependenciesOf(packages[path])) {
      const found = resolveFrom(packages, path, name);
      if (found === undefined || seen.has(found)) continue;
      seen.add(found);
      queue.push(found);
    }
  }
  return [...seen]
    .filter((path) => path.includes('node_modules/'))
    .map((path) => ({ name: path.slice(path.lastIndexOf('node_modules/') + 13), path, ...versionAndLicense(packages[path]) }))
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

const versionAndLicense = (entry: LockEntry | undefined): { version: string; license?: string } => ({
  version: entry?.version ?? '',
  ...(entry?.license !== undefined && { license: entry.license }),
});

function dependenciesOf(entry: LockEntry | undefined): readonly string[] {
  const peers = Object.keys(entry?.peerDependencies ?? {}).filter((name) => !entry?.peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys(entry?.dependencies ?? {}), ...Object.keys(entry?.optionalDependencies ?? {}), ...peers];
}

/** As Node looks for packages: from the innermost node_modules outwards. Links lead to the workspace package behind them. */
function resolveFrom(packages: LockedPackages, from: string, name: string): string | undefined {
  for (let at = from; ; at = outwards(at)) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    const entry = packages[path];
    if (entry) return entry.link ? entry.resolved : path;
    if (at === '') return undefined;
  }
}

function outwards(path: string): string {
  const nested = path.lastIndexOf('/node_modules/');
  return nested === -1 ? '' : path.slice(0, nested);
}
