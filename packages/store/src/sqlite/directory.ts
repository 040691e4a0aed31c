import { chmod, mkdir, open, stat } from 'node:fs/promises';

/** For its owner alone. */
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

export interface PreparedDirectory {
  /** Whether others than the owner may look into a directory that was there before: not ours to change, worth a warning. */
  readonly openToOthers: boolean;
}

/**
 * Makes the directory, and the file in it before SQLite does: SQLite would make it readable for everybody, and gives the files beside it
 * (write-ahead log, shared memory) the mode of the first.
 */
export async function prepareDirectory(directory: string, file: string): Promise<PreparedDirectory> {
  const made = await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  const handle = await open(file, 'a', FILE_MODE);
  try {
    const { mode } = await handle.stat();
    if ((mode & 0o077) !== 0) await chmod(file, FILE_MODE);
  } finally {
    await handle.close();
  }
  if (made !== undefined || process.platform === 'win32') return { openToOthers: false };
  const { mode } = await stat(directory);
  return { openToOthers: (mode & 0o077) !== 0 };
}
