import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Secret } from '@signalbox/core';
import { UsageError } from '../usage-error.ts';

/** Writes each secret into a file of its own, for its owner alone; never over another one. Answers how to take them away again. */
export async function writeSecrets(files: ReadonlyMap<string, Secret>): Promise<{ undo(): Promise<void> }> {
  const written: string[] = [];
  const undo = async (): Promise<void> => {
    for (const path of written) await unlink(path);
  };
  try {
    for (const [path, value] of files) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const handle = await open(path, 'wx', 0o600);
      written.push(path);
      try {
        await handle.writeFile(value.reveal());
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
  } catch (error) {
    await undo();
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw new UsageError(`There is a file for the secret of a mailbox already${'path' in error ? `: ${String(error.path)}` : ''}.`, 'Move it away, or name another directory with --secrets.');
    throw error;
  }
  return { undo };
}

/** Puts the new text in the place of the old one in one step, unless somebody has changed the file meanwhile. */
export async function replaceText(file: string, { before, after }: { readonly before: string; readonly after: string }): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  const { mode } = await stat(file);
  try {
    const handle = await open(draft, 'wx', mode & 0o777);
    try {
      await handle.writeFile(after);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if ((await readFile(file, 'utf8')) !== before) throw new UsageError(`${file} was changed meanwhile.`, 'Import again.');
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
