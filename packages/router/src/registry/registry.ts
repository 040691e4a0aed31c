import type { AuthPlugin, MailError, Plugin, TransportPlugin } from '@signalbox/core';
import type { ConfigPositions } from '../config/positions.ts';
import type { ConfigProblem } from '../config/problem.ts';
import { checkManifest, duplicateName } from './check-manifest.ts';
import { importPlugin } from './import-plugin.ts';
import type { Refusal } from './refusal.ts';

/** The plugins that routes may use, each named explicitly by the application or the configuration. */
export interface PluginRegistry {
  transport(name: string): TransportPlugin | undefined;
  auth(name: string): AuthPlugin | undefined;
  readonly entries: readonly PluginEntry[];
  /** What was refused, so that only the mailboxes that need it are broken. */
  readonly rejected: readonly RejectedPlugin[];
  /** The same, for showing. */
  readonly problems: readonly ConfigProblem[];
}

export interface PluginEntry {
  readonly plugin: Plugin;
  /** `bundled`, or the package it came from. */
  readonly source: string;
}

export interface RejectedPlugin {
  readonly source: string;
  /** As far as the manifest could be read. */
  readonly kind?: Plugin['kind'];
  readonly name?: string;
  /** `plugin.incompatible` where the contract does not fit, `config.invalid` otherwise. */
  readonly error: MailError;
}

export interface RegistryOptions {
  readonly bundled: readonly Plugin[];
  /** Package names, the configuration's `plugins`. */
  readonly external?: readonly string[];
  /** Where the names are resolved from: the path of a directory, or the file URL of the configuration. The working directory by default. */
  readonly importFrom?: string;
  /** Gives the problems their line and column. */
  readonly positions?: ConfigPositions;
}

/** Loads what is named and nothing else. Never throws for a plugin: see `rejected`. */
export async function createRegistry({ bundled, external = [], importFrom, positions }: RegistryOptions): Promise<PluginRegistry> {
  const shelf = createShelf();
  for (const plugin of bundled) shelf.add(plugin, 'bundled', undefined);
  for (const [index, source] of external.entries()) {
    const imported = await importPlugin(source, importFrom);
    if ('refusal' in imported) shelf.refuse(imported.refusal, source, index);
    else shelf.add(imported.plugin, source, index);
  }
  return {
    transport: (name) => shelf.find('transport', name) as TransportPlugin | undefined,
    auth: (name) => shelf.find('auth', name) as AuthPlugin | undefined,
    entries: shelf.entries,
    rejected: shelf.rejected.map(({ rejected }) => rejected),
    problems: shelf.rejected.map(({ rejected, index }) => toProblem(rejected, index, positions)),
  };
}

interface ShelfRejection {
  readonly rejected: RejectedPlugin;
  /** In `plugins`; absent for a bundled one. */
  readonly index: number | undefined;
}

interface Shelf {
  readonly entries: readonly PluginEntry[];
  readonly rejected: readonly ShelfRejection[];
  find(kind: Plugin['kind'], name: string): Plugin | undefined;
  add(candidate: unknown, source: string, index: number | undefined): void;
  refuse(refusal: Refusal, source: string, index: number | undefined): void;
}

function createShelf(): Shelf {
  const entries: PluginEntry[] = [];
  const rejected: ShelfRejection[] = [];
  const entryOf = (kind: string, name: string): PluginEntry | undefined =>
    entries.find(({ plugin }) => plugin.kind === kind && plugin.name === name);
  return {
    entries,
    rejected,
    find: (kind, name) => entryOf(kind, name)?.plugin,
    add(candidate, source, index) {
      const checked = checkManifest(candidate, source);
      if ('refusal' in checked) return this.refuse(checked.refusal, source, index);
      const { plugin } = checked;
      const earlier = entryOf(plugin.kind, plugin.name);
      if (earlier) return this.refuse(duplicateName(plugin, source, earlier.source), source, index);
      entries.push({ plugin, source });
    },
    refuse: ({ error, kind, name }, source, index) => {
      rejected.push({ rejected: { source, ...(kind && { kind }), ...(name !== undefined && { name }), error }, index });
    },
  };
}

function toProblem({ error }: RejectedPlugin, index: number | undefined, positions: ConfigPositions | undefined): ConfigProblem {
  return {
    path: index === undefined ? 'plugins' : `plugins[${index}]`,
    message: error.message,
    remedy: error.remedy?.text ?? 'Remove the plugin.',
    ...(index !== undefined && positions?.at(['plugins', index])),
    severity: 'error',
  };
}
