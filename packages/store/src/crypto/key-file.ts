import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { MailError, secret } from '@signalbox/core';
import { syncDirectory } from '../sqlite/directory.ts';
import { newKeyText, parseKeys, type StoreKeys } from './store-key.ts';

/** What a file that does not exist means: it has to be made, it was lost, or it is somebody else's to make. */
export type Absence = 'make' | 'lost' | 'missing';

/** Reads the keys of a file. Throws `config.invalid`. */
export async function readKeyFile(file: string, absence: Absence): Promise<StoreKeys> {
  for (;;) {
    try {
      return parseKeys(secret(await readFile(file, 'utf8')), `The key file ${file}`);
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.name === 'MailError') throw error;
      if (error.code !== 'ENOENT') throw unreadable(file, error);
      if (absence !== 'make') throw absence === 'lost' ? lost(file, error) : missing(file, error);
    }
    await createKeyFile(file);
  }
}

/** All of it or nothing, and never in place of another's: two processes may come at once. */
async function createKeyFile(file: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${newKeyText().reveal()}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
    await syncDirectory(dirname(file)); // a key that is lost with the power takes what it sealed with it
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw unwritable(file, error);
  } finally {
    await rm(draft, { force: true });
  }
}

const failure = (message: string, text: string, cause: unknown): MailError =>
  new MailError('config.invalid', message, { affects: 'endpoint', cause, remedy: { who: 'operator', action: 'fix-config', text } });

const lost = (file: string, cause: unknown): MailError =>
  failure(
    `The key file ${file} is gone, and the database was written with a key.`,
    'Put the key file back, or name the one that was used. If it is lost, so are the stored sign-ins: move the data directory away and sign in again.',
    cause,
  );

const missing = (file: string, cause: unknown): MailError =>
  failure(
    `The key file ${file} does not exist.`,
    'Make a key with `openssl rand -base64 32`, and give the same to every machine that uses the database.',
    cause,
  );

const unreadable = (file: string, cause: Error & { readonly code?: unknown }): MailError =>
  failure(`The key file ${file} cannot be read (${String(cause.code)}).`, 'Let the account that runs Signalbox read the file, and nobody else.', cause);

const unwritable = (file: string, cause: unknown): MailError =>
  failure(`The key file ${file} cannot be made (${String(cause instanceof Error && 'code' in cause ? cause.code : cause)}).`, 'Let the account that runs Signalbox write there, or make a key with `openssl rand -base64 32` and name its file.', cause);
