import type { Logger } from '@signalbox/core';
import { type Config, ConfigError, type ConfigPath, formatPath } from '@signalbox/router';
import { openReceiver, type Receiver } from './receiver.ts';

type Advice = readonly [setting: 'host' | 'port', what: string, remedy: string];

/** By the system's own word. */
const ADVICE: Readonly<Record<string, Advice>> = {
  EADDRINUSE: ['port', 'something else listens there', 'End what listens there, perhaps another "signalbox watch", or choose another port and tell the reverse proxy.'],
  EACCES: ['port', 'this user may not listen there', 'Choose a port above 1023, and tell the reverse proxy.'],
  EADDRNOTAVAIL: ['host', 'it is no address of this machine', 'Write 127.0.0.1 where the reverse proxy runs on this machine, otherwise an address of this machine, or 0.0.0.0 for all.'],
  ENOTFOUND: ['host', 'no such name is known', 'Write 127.0.0.1 where the reverse proxy runs on this machine, otherwise an address of this machine, or 0.0.0.0 for all.'],
};

/** Receives calls as the section `notifications` says; nothing where there is none. Throws `ConfigError` with the place in the file. */
export async function openConfiguredReceiver({ file, notifications, positions }: Pick<Config, 'file' | 'notifications' | 'positions'>, log: Logger): Promise<Receiver | undefined> {
  if (!notifications) return undefined;
  const { host, port } = notifications.listen;
  try {
    return await openReceiver({ ...notifications, log });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const [setting, what, remedy] = ADVICE[code] ?? ['port', 'the system refuses it', 'Choose another host or port, and tell the reverse proxy.'];
    const path: ConfigPath = ['notifications', 'listen', setting];
    const message = `Calls cannot be received on ${host}, port ${port}: ${what} (${code}).`;
    throw new ConfigError(file, [{ path: formatPath(path), message, remedy, ...positions.at(path), severity: 'error' }]);
  }
}
