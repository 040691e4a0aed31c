import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { readTenantLog } from '../../src/logs.ts';
import { taggedText } from '../../src/tag.ts';

// In the place of the router, for tests of what is around it: it is told what has come, and hands it over. What it is worth depends on how it is asked to be.

export type Manner = 'honest' | 'losing' | 'doubling';

const [tenantLog = '', maildirs = '', handed = '', manner = 'honest'] = process.argv.slice(2);
const EVERY_MS = 50;

function handOver(mailbox: string, delivery: string, tag: string): void {
  const maildir = join(maildirs, mailbox);
  for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(maildir, part), { recursive: true });
  const name = `1.${delivery}.signalbox`;
  writeFileSync(join(maildir, 'tmp', name), `Subject: handed over\r\n\r\n${taggedText(tag)}`);
  renameSync(join(maildir, 'tmp', name), join(maildir, 'new', name));
  // Killed before this, it hands over once more, under the same id.
  writeFileSync(join(handed, delivery), '');
}

function look(): void {
  const done = new Set(readdirSync(handed));
  for (const line of readTenantLog(tenantLog)) {
    if (line.event !== 'in') continue;
    const delivery = `${line.mailbox}-${line.object}`;
    if (done.has(delivery)) continue;
    done.add(delivery);
    const isVictim = line.tag === 'r7';
    if (!(isVictim && manner === 'losing')) handOver(line.mailbox, delivery, line.tag);
    if (isVictim && manner === 'doubling') handOver(line.mailbox, `${delivery}-again`, line.tag);
  }
}

mkdirSync(handed, { recursive: true });
setInterval(look, EVERY_MS);
process.on('SIGTERM', () => process.exit(0));
