import { CONTRACT_VERSION, type Facet, type Plugin } from '@signalbox/core';
import semver from 'semver';
import { type Refusal, refuse } from './refusal.ts';

type Checked = { readonly plugin: Plugin } | { readonly refusal: Refusal };
type Manifest = Readonly<Record<string, unknown>>;

const FACETS: readonly unknown[] = ['receive', 'mutate', 'send'] satisfies Facet[];
const KINDS: readonly unknown[] = ['bearer', 'password'];

/** A plugin that was compiled against another contract, or written without types, is told apart here and not in the middle of a night. */
export function checkManifest(candidate: unknown, source: string): Checked {
  if (typeof candidate !== 'object' || candidate === null) {
    return refused(source, `its export "plugin" is ${candidate === null ? 'null' : `a ${typeof candidate}`}, not a manifest`);
  }
  const manifest = candidate as Manifest;
  const { kind, name, contract } = manifest;
  if (kind !== 'transport' && kind !== 'auth') return refused(source, `its kind is ${show(kind)}; a plugin is a "transport" or an "auth"`);
  if (typeof name !== 'string' || !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
    return refused(source, `its name is ${show(name)}; lower case letters, digits and hyphens are expected`, { kind });
  }
  if (typeof contract !== 'string' || semver.validRange(contract) === null) {
    return refused(source, `its contract is ${show(contract)}; a semver range such as "^1.0" is expected`, { kind, name });
  }
  if (!semver.satisfies(CONTRACT_VERSION, contract)) return { refusal: incompatible(source, { kind, name }, manifest['version'], contract) };
  const lack = findLack(kind, manifest);
  return lack ? refused(source, lack, { kind, name }) : { plugin: candidate as Plugin };
}

/** What the manifest does not have and the router relies on. */
function findLack(kind: Plugin['kind'], manifest: Manifest): string | undefined {
  if (typeof manifest['version'] !== 'string' || manifest['version'] === '') return 'it has no version';
  if (typeof manifest['open'] !== 'function') return 'it has no function "open"';
  if (!isStandardSchema(manifest['config'])) return 'its config is no Standard Schema (version 1)';
  if (kind === 'auth') return isListOf(manifest['issues'], KINDS) ? undefined : 'its "issues" is no list of "bearer" and "password"';
  if (!isListOf(manifest['facets'], FACETS)) return 'its "facets" is no list of "receive", "mutate" and "send"';
  return isEmptyList(manifest['credentials']) || isListOf(manifest['credentials'], KINDS) ? undefined : 'its "credentials" is no list of "bearer" and "password"';
}

/** Of credentials: a transport may have nothing to sign in to. */
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const isListOf = (value: unknown, members: readonly unknown[]): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((member) => members.includes(member));

/** A schema may be an object or, as arktype's, a function. */
function isStandardSchema(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || !('~standard' in value)) return false;
  const standard = value['~standard'];
  return typeof standard === 'object' && standard !== null && 'version' in standard && standard.version === 1 && 'validate' in standard && typeof standard.validate === 'function';
}

const refused = (source: string, lack: string, identity: Omit<Refusal, 'error'> = {}): Checked => ({
  refusal: refuse(
    { message: `"${source}" cannot be used as a plugin: ${lack}.`, remedy: `Ask the author of "${source}" for a version with a valid manifest, or remove it from plugins.`, who: 'plugin-author' },
    identity,
  ),
});

function incompatible(source: string, identity: Omit<Refusal, 'error'>, version: unknown, contract: string): Refusal {
  const wanted = semver.minVersion(contract);
  const newer = wanted !== null && semver.gt(wanted, CONTRACT_VERSION);
  const plugin = `${identity.kind} plugin "${identity.name}" ${typeof version === 'string' ? version : '(no version)'} of "${source}"`;
  return refuse(
    {
      code: 'plugin.incompatible',
      message: `The ${plugin} needs contract ${contract}; this Signalbox offers contract ${CONTRACT_VERSION}.`,
      remedy: newer ? `Upgrade Signalbox to a version with contract ${contract}, or install an older "${source}".` : `Upgrade "${source}" to a version for contract ${CONTRACT_VERSION}.`,
    },
    identity,
  );
}

export const duplicateName = ({ kind, name }: Plugin, source: string, earlier: string): Refusal =>
  refuse(
    { message: `"${source}" brings a second ${kind} plugin "${name}"; ${earlier === 'bundled' ? 'Signalbox has one of that name' : `"${earlier}" brought the first`}, which stays in use.`, remedy: `Remove "${source}" from plugins, or ask its author for another name.` },
    // Without its name: the mailboxes that use the first one are not broken.
  );

const show = (value: unknown): string => (value === undefined ? 'missing' : typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : `a ${typeof value}`);
