import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumerLine } from '../logs.ts';
import { isWhole, tagIn } from '../tag.ts';

const EVERY_MS = 100;

export interface CollectSettings {
  /** Where the program puts what it was handed. */
  readonly spool: string;
  /** Holds a Maildir for each mailbox. */
  readonly maildirs: string;
  readonly logFile: string;
}

/** Takes whatever lies in the hands of the consumer, and writes it down before it lets go of it. */
export async function collect({ spool, maildirs, logFile }: CollectSettings, signal: AbortSignal): Promise<void> {
  const log = openSync(logFile, 'a');
  try {
    while (!signal.aborted) {
      const spooled = filesIn(join(spool, 'new')).map((name) => ({ file: join(spool, 'new', name), ...spooledName(name) }));
      const mailed = filesIn(maildirs).flatMap((mailbox) => filesIn(join(maildirs, mailbox, 'new')).map((name) => ({ file: join(maildirs, mailbox, 'new', name), mailbox, delivery: deliveryIn(name) })));
      take([...spooled, ...mailed], log);
      await sleep(EVERY_MS);
    }
  } finally {
    closeSync(log);
  }
}

interface Found extends Omit<ConsumerLine, 'tag'> {
  readonly file: string;
}

function take(found: readonly Found[], log: number): void {
  if (found.length === 0) return;
  for (const { file, mailbox, delivery } of found) {
    const text = readFileSync(file, 'latin1');
    if (!isWhole(text)) continue;
    const line: ConsumerLine = { delivery, mailbox, tag: tagIn(text) };
    writeSync(log, `${JSON.stringify(line)}\n`);
  }
  fsyncSync(log);
  for (const { file } of found) unlinkSync(file);
}

function filesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** `<mailbox>.<delivery>.<process>`, as take.sh names it. */
function spooledName(name: string): Pick<ConsumerLine, 'mailbox' | 'delivery'> {
  const [mailbox = '', ...rest] = name.split('.');
  return { mailbox, delivery: rest.slice(0, -1).join('.') };
}

/** `<second>.<delivery>.signalbox`, as `signalbox run` names it. */
const deliveryIn = (name: string): string => name.split('.')[1] ?? name;
