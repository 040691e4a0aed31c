import { dirname, resolve } from 'node:path';
import { secret } from '@signalbox/core';
import type { ProblemCollector } from './collector.ts';
import { type ConfigPath, formatPath } from './positions.ts';
import type { Redactor } from './redactor.ts';
import { fieldName, isSecretField } from './secret-fields.ts';

/** What references may be resolved from. */
export interface ReferenceSource {
  /** The configuration's own path: relative paths in it start from its folder. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
}

export interface ReferenceContext {
  readonly source: ReferenceSource;
  readonly report: ProblemCollector;
  readonly redactor: Redactor;
}

const REFERENCE = /\$\{([^}]*)\}?/g;
const ONE_REFERENCE = /^\$\{[^}]*\}$/;
/** The environment knows only texts; these fields want a number. */
const NUMBERS = new Set(['port', 'concurrency']);
const MOST_VALUES = 2_000_000;
const DEEPEST = 64;

/**
 * A copy of the tree with every `${env:NAME}` and `${file:path}` replaced: secret fields become `Secret`, certificates their PEM text,
 * `tokenFile` and `pfxFile` absolute paths. What cannot be resolved is reported and left out, so that nothing else complains of it.
 */
export async function resolveReferences(tree: unknown, context: ReferenceContext): Promise<unknown> {
  const files = new Map<string, Promise<string>>();
  const readOnce = (path: string): Promise<string> => {
    const known = files.get(path);
    if (known) return known;
    const reading = (async () => context.source.readFile(path))();
    files.set(path, reading);
    return reading;
  };
  return createWalker({ ...context, readOnce })(tree, [], []);
}

/** Left in place of a value that could not be resolved and was reported already. */
export const UNRESOLVED: unique symbol = Symbol('unresolved');

interface WalkContext extends ReferenceContext {
  readonly readOnce: (path: string) => Promise<string>;
}

type Walker = (value: unknown, path: ConfigPath, parents: readonly unknown[]) => Promise<unknown>;

function createWalker(context: WalkContext): Walker {
  let values = 0;
  const walk: Walker = async (value, path, parents) => {
    values += 1;
    if (parents.includes(value) || parents.length > DEEPEST || values > MOST_VALUES) {
      context.report.error(path, 'The value contains itself, or is nested too deeply.', 'Write the value out instead of using an alias.');
      return UNRESOLVED;
    }
    if (typeof value === 'string') return resolveText(value, path, context);
    if (typeof value !== 'object' || value === null) return value;
    const below = [...parents, value];
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const [index, item] of value.entries()) items.push(await walk(item, [...path, index], below));
      return items;
    }
    const entries: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) entries.push([key, await walk(item, [...path, key], below)]);
    return Object.fromEntries(entries);
  };
  return walk;
}

async function resolveText(text: string, path: ConfigPath, context: WalkContext): Promise<unknown> {
  const resolved = await substitute(text, path, context);
  if (resolved === undefined) return UNRESOLVED;
  if (isSecretField(path)) return asSecret(text, resolved, path, context);
  if (resolved !== text) context.redactor.hide(resolved, text);
  if (isPemField(path)) return readPem(resolved, path, context);
  if (FILES.has(fieldName(path))) return absolute(resolved, context.source.file);
  if (resolved !== text && NUMBERS.has(fieldName(path)) && /^\d{1,9}$/.test(resolved)) return Number(resolved);
  return resolved;
}

function asSecret(text: string, resolved: string, path: ConfigPath, { report, redactor }: WalkContext): unknown {
  redactor.hide(resolved, ONE_REFERENCE.test(text) ? text : '[secret]');
  if (resolved === '') {
    report.error(path, 'The secret is empty.', 'Fill it in, best as a reference: ${env:NAME} or ${file:/run/secrets/name}.');
    return UNRESOLVED;
  }
  if (!text.includes('${')) {
    report.warning(path, 'The secret stands in the file in clear text.', 'Move it to the environment or to a file and refer to it: ${env:NAME} or ${file:/run/secrets/name}.');
  }
  return secret(resolved);
}

/** The text with its references replaced; absent when one could not be, which is then reported. */
async function substitute(text: string, path: ConfigPath, context: WalkContext): Promise<string | undefined> {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const value = await lookUp(match[0], match[1] ?? '', path, context);
    if (value === undefined) return undefined;
    result += text.slice(end, match.index) + value;
    end = match.index + match[0].length;
  }
  return result + text.slice(end);
}

async function lookUp(whole: string, inner: string, path: ConfigPath, context: WalkContext): Promise<string | undefined> {
  const kind = /^(env|file):(.+)$/s.exec(inner);
  if (!whole.endsWith('}') || !kind?.[2]) {
    // Not quoted: in a secret field this may be a part of the secret.
    context.report.error(path, 'The text holds "${" without being a reference.', 'Write ${env:NAME} or ${file:/path}; put a secret that really holds "${" into a file.');
    return undefined;
  }
  return kind[1] === 'env' ? fromEnvironment(kind[2], path, context) : fromFile(kind[2], path, context);
}

function fromEnvironment(name: string, path: ConfigPath, { source, report }: WalkContext): string | undefined {
  const value = source.env[name];
  if (value) return value;
  const state = value === undefined ? 'is not set' : 'is empty';
  report.error(path, `The environment variable ${name} ${state}.`, `Set ${name} in the environment of the process, or refer to a file with \${file:/path}.`);
  return undefined;
}

async function fromFile(name: string, path: ConfigPath, { source, report, readOnce }: WalkContext): Promise<string | undefined> {
  const file = absolute(name, source.file);
  try {
    return (await readOnce(file)).replace(/\r?\n$/, '');
  } catch (error) {
    report.error(path, `The file ${file} ${whyUnreadable(error)}.`, `Create the file, make it readable for the process, or correct the path at ${formatPath(path)}.`);
    return undefined;
  }
}

/** Certificates that the host itself uses; those in a plugin's own settings are the plugin's business. */
const PEM_FIELDS = [/^servers\/[^/]+\/ca$/, /^network\/ca$/, /^outgoing\/relay\/ca$/, /^network\/clientCertificate\/certificate$/, /^entra\/.+\/certificate$/];

function isPemField(path: ConfigPath): boolean {
  const below = path[0] === 'mailboxes' ? path.slice(2) : path;
  const names = below.filter((step) => typeof step === 'string').join('/');
  return PEM_FIELDS.some((field) => field.test(names));
}

async function readPem(text: string, path: ConfigPath, context: WalkContext): Promise<unknown> {
  const pem = text.includes('-----BEGIN ') ? text : await fromFile(text, path, context);
  if (pem === undefined) return UNRESOLVED;
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  context.report.error(path, 'The file holds no certificate in PEM form.', 'Name a file with "-----BEGIN CERTIFICATE-----" in it; convert others with openssl x509.');
  return UNRESOLVED;
}

/** Files that a plugin reads by itself: a token because it changes, a PKCS #12 file because it is no text. */
const FILES: ReadonlySet<string> = new Set(['tokenFile', 'pfxFile']);

const absolute = (path: string, configFile: string): string => resolve(dirname(configFile), path);

function whyUnreadable(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this process';
  if (code === 'EISDIR') return 'is a directory';
  return 'cannot be read';
}
