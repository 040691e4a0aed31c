import { join, resolve } from 'node:path';
import { MailError, secret } from '@signalbox/core';
import type { StoreOptions } from '@signalbox/store';

/** Where the store lies and what opens it. */
export type DataPlace = Pick<StoreOptions, 'directory' | 'key'>;

export interface DataPlaceChoice {
  /** `--data` */
  readonly option?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
}

/** The option wins over SIGNALBOX_DATA, which wins over where the system keeps the state of programs. The key is SIGNALBOX_KEY, or the file SIGNALBOX_KEY_FILE, or one beside the data. */
export function chooseDataPlace({ option, env, cwd, platform }: DataPlaceChoice): DataPlace {
  const named = option ?? (env['SIGNALBOX_DATA'] || undefined);
  const directory = named === undefined ? usualDirectory(env, platform) : resolve(cwd, named);
  if (directory === undefined) {
    throw new MailError('config.invalid', 'There is no place for what has to be kept, because this account has no home directory.', {
      affects: 'endpoint',
      remedy: { who: 'operator', action: 'fix-config', text: 'Name a data directory with --data or SIGNALBOX_DATA.' },
    });
  }
  const { SIGNALBOX_KEY: key, SIGNALBOX_KEY_FILE: keyFile } = env;
  if (key) return { directory, key: { text: secret(key) } };
  return { directory, ...(keyFile && { key: { file: resolve(cwd, keyFile) } }) };
}

/** Linux as the XDG base directory specification (0.8) says, where state is what has to outlive a restart; the others as their vendors do. */
function usualDirectory(env: DataPlaceChoice['env'], platform: NodeJS.Platform): string | undefined {
  const below = (parent: string | undefined, ...path: string[]): string | undefined => (parent ? join(parent, ...path) : undefined);
  if (platform === 'win32') return below(env['LOCALAPPDATA'], 'signalbox');
  if (platform === 'darwin') return below(env['HOME'], 'Library', 'Application Support', 'signalbox');
  return below(env['XDG_STATE_HOME'], 'signalbox') ?? below(env['HOME'], '.local', 'state', 'signalbox');
}
