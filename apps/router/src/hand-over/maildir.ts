import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, opendir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMailError } from '@signalbox/core';
import { wordsOf } from '../told-error.ts';
import { hasCode } from './error-code.ts';
import type { Consumer, HandedDelivery } from './handed-delivery.ts';
import { ConsumerUnavailable } from './unavailable.ts';

const PARTS = ['tmp', 'new', 'cur'] as const;
/** Part of every name, so that nothing of anybody else's is ever cleared away. */
const MARK = 'signalbox';
/** After this long a file in tmp is nobody's any more (maildir(5)). */
const ABANDONED_MS = 36 * 3_600_000;

export interface MaildirOptions {
  /** Holds one Maildir for each mailbox, named as it. Made when it does not exist. */
  readonly directory: string;
  readonly now: () => Date;
}

/**
 * A directory that other programs read mail from (https://cr.yp.to/proto/maildir.html). The octets are those of the mailbox. A file's name
 * follows from its delivery, so that one handed over again finds itself there; what lies in new survives a loss of power.
 */
export async function createMaildirConsumer({ directory, now }: MaildirOptions): Promise<Consumer> {
  await makeDirectory(directory);
  await access(directory, constants.W_OK);
  const prepared = new Map<string, Promise<string>>();
  const prepareOnce = async (mailbox: string): Promise<string> => {
    const preparing = prepared.get(mailbox) ?? prepareMaildir(join(directory, mailbox), now);
    prepared.set(mailbox, preparing);
    try {
      return await preparing;
    } catch (error) {
      prepared.delete(mailbox); // a disk that was full may have room by now
      throw error;
    }
  };
  return {
    async take(delivery, { signal }) {
      try {
        const maildir = await prepareOnce(delivery.mailbox);
        const name = nameOf(delivery);
        if (await isThere(maildir, name, delivery.attempt)) return;
        await write(delivery, { maildir, name, signal });
        await writeFile(noteOf(maildir, name), '', { mode: 0o600 });
      } catch (error) {
        throw isMailError(error) || signal.aborted ? error : unwritable(directory, error);
      }
    },
    async acknowledged(delivery) {
      await rm(noteOf(join(directory, delivery.mailbox), nameOf(delivery)), { force: true }).catch(() => {}); // cleared away later
    },
  };
}

/**
 * Says until the acknowledgement that the mail lay in new, whatever a reader has done with it since: one that reads and deletes at once would get it
 * again when the acknowledgement is lost. It is written behind the mail, so that nothing is ever taken for handed over that was not.
 */
const noteOf = (maildir: string, name: string): string => join(maildir, 'tmp', `${name}.handed`);

/** What is not of the mailbox is of the disk, and the next delivery would fare no better. */
const unwritable = (directory: string, cause: unknown): ConsumerUnavailable =>
  new ConsumerUnavailable(`The Maildir ${directory} cannot be written: ${wordsOf(cause)}`, { cause });

interface WriteOptions {
  readonly maildir: string;
  readonly name: string;
  readonly signal: AbortSignal;
}

async function write(delivery: HandedDelivery, { maildir, name, signal }: WriteOptions): Promise<void> {
  await using source = await delivery.raw({ signal });
  // A name of its own for every writer: one that was frozen must not go on in the file that another has finished.
  const unfinished = join(maildir, 'tmp', `${name}.${randomBytes(6).toString('hex')}`);
  try {
    await writeNew(unfinished, source.bytes, signal);
    await rename(unfinished, join(maildir, 'new', name));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncDirectory(join(maildir, 'new'));
}

async function writeNew(path: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(bytes, { signal });
  await file.sync();
}

/** Arrival first, so that readers that sort by name show it in order; then what is this delivery's alone. No ":", which begins the flags. */
function nameOf({ id, receivedAt }: Pick<HandedDelivery, 'id' | 'receivedAt'>): string {
  const own = /^[A-Za-z0-9_-]{1,100}$/.test(id) ? id : createHash('sha256').update(id).digest('base64url');
  return `${Math.floor(receivedAt.getTime() / 1000)}.${own}.${MARK}`;
}

/** Written before, and not acknowledged: it lies where it was put, or a reader has moved it to cur and added flags. */
async function isThere(maildir: string, name: string, attempt: number): Promise<boolean> {
  if (attempt <= 1) return false;
  if (await exists(noteOf(maildir, name))) return true;
  if (await exists(join(maildir, 'new', name))) {
    // The process may have died between the rename and the flush of its directory.
    await syncDirectory(join(maildir, 'new'));
    return true;
  }
  for await (const { name: found } of await opendir(join(maildir, 'cur'))) if (found === name || found.startsWith(`${name}:`)) return true;
  return false;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function prepareMaildir(maildir: string, now: () => Date): Promise<string> {
  for (const part of PARTS) await makeDirectory(join(maildir, part));
  const tmp = join(maildir, 'tmp');
  for await (const { name } of await opendir(tmp)) {
    if (!name.includes(`.${MARK}.`)) continue;
    const { mtimeMs } = await stat(join(tmp, name));
    if (now().getTime() - mtimeMs > ABANDONED_MS) await unlink(join(tmp, name));
  }
  return maildir;
}

/** What is made is flushed too: a file is no safer than the directory that names it. */
async function makeDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let path = directory; ; path = dirname(path)) {
    await syncDirectory(dirname(path));
    if (path === first) return;
  }
}

/** Windows flushes no directories, and writes their entries through by itself. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(directory, 'r');
  await handle.sync();
}
