import { join, resolve } from 'node:path';
import { MailError, secret } from '@signalbox/core';
import type { EmbeddedPlace, KeySource, ServerPlace } from '@signalbox/store';

/** Where the store lies and what opens it. */
export type DataPlace = EmbeddedPlace | ServerPlace;

export interface DataPlaceChoice {
  /** `--data` */
  readonly option?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
}

/**
 * The option wins; without it DATABASE_URL or SIGNALBOX_DATA, not both; without them, where the system keeps the state of programs.
 * The key is SIGNALBOX_KEY, or the file SIGNALBOX_KEY_FILE, or, for a directory, one beside it.
 */
export function chooseDataPlace({ option, env, cwd, platform }: DataPlaceChoice): DataPlace {
  const { DATABASE_URL: url, SIGNALBOX_DATA: data } = env;
  const key = chooseKey(env, cwd);
  if (option === undefined && url) {
    if (data) throw unclear('Both DATABASE_URL and SIGNALBOX_DATA say where to keep what has to be kept.', 'Unset one of them, or name a data directory with --data.');
    if (!key) throw unclear('DATABASE_URL names a database, and nothing names the key for what is kept in it.', 'Make a key with `openssl rand -base64 32`, and give it as SIGNALBOX_KEY, or its file as SIGNALBOX_KEY_FILE, the same on every machine.');
    return { url: secret(url), key };
  }
  const named = option ?? (data || undefined);
  const directory = named === undefined ? usualDirectory(env, platform) : resolve(cwd, named);
  if (directory === undefined) throw unclear('There is no place for what has to be kept, because this account has no home directory.', 'Name a data directory with --data or SIGNALBOX_DATA.');
  return { directory, ...(key && { key }) };
}

function chooseKey({ SIGNALBOX_KEY: key, SIGNALBOX_KEY_FILE: keyFile }: DataPlaceChoice['env'], cwd: string): KeySource | undefined {
  if (key) return { text: secret(key) };
  return keyFile ? { file: resolve(cwd, keyFile) } : undefined;
}

const unclear = (message: string, text: string): MailError => new MailError('config.invalid', message, { affects: 'endpoint', remedy: { who: 'operator', action: 'fix-config', text } });

/** Linux as the XDG base directory specification (0.8) says, where state is what has to outlive a restart; the others as their vendors do. */
function usualDirectory(env: DataPlaceChoice['env'], platform: NodeJS.Platform): string | undefined {
  const below = (parent: string | undefined, ...path: string[]): string | undefined => (parent ? join(parent, ...path) : undefined);
  if (platform === 'win32') return below(env['LOCALAPPDATA'], 'signalbox');
  if (platform === 'darwin') return below(env['HOME'], 'Library', 'Application Support', 'signalbox');
  return below(env['XDG_STATE_HOME'], 'signalbox') ?? below(env['HOME'], '.local', 'state', 'signalbox');
}
