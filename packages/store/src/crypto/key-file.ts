import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { MailError, secret } from '@signalbox/core';
import { newKeyText, parseKeys, type StoreKeys } from './store-key.ts';

/** Reads the keys of a file. One that does not exist is made where `create` says so. Throws `config.invalid`. */
export async function readKeyFile(file: string, create: boolean): Promise<StoreKeys> {
  for (;;) {
    try {
      return parseKeys(secret(await readFile(file, 'utf8')), `The key file ${file}`);
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.name === 'MailError') throw error;
      if (error.code !== 'ENOENT') throw unreadable(file, error);
      if (!create) throw lost(file, error);
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

async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return; // a directory cannot be opened there
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
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

const unreadable = (file: string, cause: Error & { readonly code?: unknown }): MailError =>
  failure(`The key file ${file} cannot be read (${String(cause.code)}).`, 'Let the account that runs Signalbox read the file, and nobody else.', cause);

const unwritable = (file: string, cause: unknown): MailError =>
  failure(`The key file ${file} cannot be made (${String(cause instanceof Error && 'code' in cause ? cause.code : cause)}).`, 'Let the account that runs Signalbox write there, or make a key with `openssl rand -base64 32` and name its file.', cause);
