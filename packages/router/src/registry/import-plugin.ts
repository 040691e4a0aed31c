import { readFileSync } from 'node:fs';
import { createRequire, findPackageJSON } from 'node:module';
import { resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Refusal, refuse } from './refusal.ts';

/** Whatever the package exports as `plugin`, unchecked; or why there is nothing. */
export type Imported = { readonly plugin: unknown } | { readonly refusal: Refusal };

/** Takes one fixed export of a package that somebody named; nothing is scanned, no other export is looked at. */
export async function importPlugin(packageName: string, importFrom: string | undefined): Promise<Imported> {
  const url = locate(packageName, folderUrl(importFrom));
  if (url === undefined) {
    return refusal(`The package "${packageName}" cannot be found.`, `Install it where the configuration is (npm install ${packageName}), or correct its name in plugins.`);
  }
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(url)) as typeof exports;
  } catch (error) {
    return refusal(`The package "${packageName}" fails to load: ${summary(error)}`, `Reinstall "${packageName}", or ask its author; remove it from plugins meanwhile.`, error);
  }
  if ('plugin' in exports) return { plugin: exports['plugin'] };
  return refusal(`The package "${packageName}" has no export named "plugin".`, `Check that "${packageName}" is a Signalbox plugin, or remove it from plugins.`);
}

const refusal = (message: string, remedy: string, cause?: unknown): Imported => ({ refusal: refuse({ message, remedy, cause }) });

/**
 * `import.meta.resolve` takes a parent only behind a flag, so the lookup starts from a `require` of that folder.
 * That one goes by the condition `require`; a package that offers only `import` is found by its own `exports`.
 */
function locate(packageName: string, folder: URL): string | undefined {
  try {
    return pathToFileURL(createRequire(folder).resolve(packageName)).href;
  } catch {
    return importEntry(packageName, folder);
  }
}

function importEntry(packageName: string, folder: URL): string | undefined {
  try {
    const manifest = findPackageJSON(packageName, folder);
    if (manifest === undefined) return undefined;
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly exports?: unknown };
    const entry = pickEntry(isMap(exports) && '.' in exports ? exports['.'] : exports);
    return entry === undefined ? undefined : new URL(entry, pathToFileURL(manifest)).href;
  } catch {
    return undefined; // neither found nor readable is, for the operator, the same: not installed here
  }
}

/** The first condition that an `import` in Node meets, as its resolution algorithm goes. */
function pickEntry(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (!isMap(target)) return undefined;
  const condition = Object.keys(target).find((key) => ['node', 'import', 'module-sync', 'default'].includes(key) && pickEntry(target[key]) !== undefined);
  return condition === undefined ? undefined : pickEntry(target[condition]);
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

function folderUrl(importFrom: string | undefined): URL {
  if (importFrom?.startsWith('file:')) return new URL(importFrom);
  const folder = resolve(importFrom ?? '.');
  return pathToFileURL(folder.endsWith(sep) ? folder : folder + sep);
}

const summary = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it threw no error.');
