import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MailError, secret } from '@signalbox/core';
import { syncDirectory } from '../sqlite/directory.ts';
import { newKeyText, parseKeys } from './store-key.ts';

/** Puts a new key before those of a key file, which stay as they are. Processes that have the file open in a store take it up by themselves. */
export async function addKey(file: string, now: Date): Promise<void> {
  const text = await readText(file);
  await replace(file, `${newKeyText().reveal()}  # since ${now.toISOString().slice(0, 10)}\n${text}`);
}

/** Takes out of a key file those keys that are not named. Answers how many. */
export async function keepKeys(file: string, ids: readonly string[]): Promise<number> {
  const lines = (await readText(file)).split('\n');
  const kept = lines.filter((line) => line.replace(/#.*$/, '').trim() === '' || parseKeys(secret(line), `The key file ${file}`).some(({ id }) => ids.includes(id)));
  if (kept.length < lines.length) await replace(file, kept.join('\n'));
  return lines.length - kept.length;
}

async function readText(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => Promise.reject(unchangeable(file, error)));
  parseKeys(secret(text), `The key file ${file}`); // what is no key file is not written over
  return text;
}

/** In one step, and with the owner that the old one has: whoever runs the router has to be able to read it. */
async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    const { mode, uid, gid } = await stat(file);
    const handle = await open(draft, 'wx', 0o600);
    try {
      const made = await handle.stat();
      if (made.uid !== uid || made.gid !== gid) await handle.chown(uid, gid);
      await handle.chmod(mode & 0o777);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    await syncDirectory(dirname(file));
  } catch (error) {
    throw unchangeable(file, error);
  } finally {
    await rm(draft, { force: true });
  }
}

const unchangeable = (file: string, cause: unknown): MailError =>
  new MailError('config.invalid', `The key file ${file} cannot be changed (${String(cause instanceof Error && 'code' in cause ? cause.code : cause)}).`, {
    affects: 'endpoint',
    cause,
    remedy: { who: 'operator', action: 'fix-config', text: 'Run this as the account that owns the file; where something else provides it, put a key of `openssl rand -base64 32` in a line before the others there.' },
  });
