import { chmod, mkdir, open, stat } from 'node:fs/promises';

/** For its owner alone. */
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

export interface PreparedDirectory {
  /** Whether others than the owner may look into a directory that was there before: not ours to change, worth a warning. */
  readonly openToOthers: boolean;
}

export async function prepareDirectory(directory: string): Promise<PreparedDirectory> {
  const made = await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  if (made !== undefined || process.platform === 'win32') return { openToOthers: false };
  const { mode } = await stat(directory);
  return { openToOthers: (mode & 0o077) !== 0 };
}

/**
 * Makes a file for its owner alone before SQLite makes it readable for everybody, which gives the files beside it (write-ahead log,
 * shared memory) the mode of the first. One that is there is not opened: this process may have it open in SQLite, whose locks
 * on it would end with the closing (https://sqlite.org/howtocorrupt.html §2.2).
 */
export async function preparePrivateFile(file: string): Promise<void> {
  try {
    await (await open(file, 'wx', FILE_MODE)).close();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) await chmod(file, FILE_MODE);
  }
}

export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that a name survives the loss of power. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return; // a directory cannot be opened there
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
