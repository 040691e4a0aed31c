import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the workspace these checks look at: the one they are part of. */
export const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[]; readonly targets?: Readonly<Record<string, { readonly cache?: boolean }>> };
}

export interface WorkspacePackage {
  /** Relative to the root, with forward slashes. */
  readonly directory: string;
  readonly manifest: Manifest;
}

export const readManifest = (directory: string): Manifest => JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8')) as Manifest;

/** Every package of the workspace, in a fixed order. */
export function workspacePackages(): readonly WorkspacePackage[] {
  return ['packages', 'apps', 'tools'].flatMap((parent) =>
    readdirSync(join(ROOT, parent))
      .toSorted()
      .map((name) => `${parent}/${name}`)
      .filter((directory) => existsSync(join(ROOT, directory, 'package.json')))
      .map((directory) => ({ directory, manifest: readManifest(directory) })),
  );
}

export const publishablePackages = (): readonly WorkspacePackage[] => workspacePackages().filter(({ manifest }) => !manifest.private);
