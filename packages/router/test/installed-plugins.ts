import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Installation extends AsyncDisposable {
  /** The folder that the configuration would stand in. */
  readonly folder: string;
}

/** The fixture packages as an operator has them: under `node_modules`, beside the configuration and far from this workspace. */
export async function installPlugins(): Promise<Installation> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-plugins-')));
  await cp(join(import.meta.dirname, '__fixtures__', 'plugins'), join(folder, 'node_modules'), { recursive: true });
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
