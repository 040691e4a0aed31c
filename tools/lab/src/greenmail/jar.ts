import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { INSTALL_HINT, LabError } from '../lab-error.ts';
import { run } from '../process.ts';

// 2.1.12 and later only: earlier versions have faults in their IMAP parser. 2.1.13 is the first of them whose
// standalone jar is on Maven Central.
const VERSION = '2.1.13';
const SHA256 = '21b361e46e8ffe83afe7915a2b01231c4a163c8d0fa5de607e32ed19732d908d';
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
const NAME = `greenmail-standalone-${VERSION}.jar`;

export const jarFile = (): string => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'signalbox-lab', NAME);

/** Where the jar is, its content checked. */
export async function demandJar(): Promise<string> {
  const file = jarFile();
  if (!(await isGenuine(file))) throw new LabError(`GreenMail is not installed: ${file} is missing or damaged. ${INSTALL_HINT}`);
  return file;
}

/** Fetches the jar through Maven, from where Maven is set up to fetch; nothing happens when it is there already. */
export async function fetchJar(): Promise<string> {
  const file = jarFile();
  if (await isGenuine(file)) return file;
  const incoming = `${file}.${process.pid}`;
  try {
    await mkdir(incoming, { recursive: true });
    await run('mvn', ['-q', '-B', COPY, `-Dartifact=com.icegreen:greenmail-standalone:${VERSION}:jar`, `-DoutputDirectory=${incoming}`]);
    await rename(join(incoming, NAME), file);
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
  if (!(await isGenuine(file))) throw new LabError(`Maven fetched another ${NAME} than the one known here (SHA-256 ${SHA256}).`);
  return file;
}

async function isGenuine(file: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === SHA256;
}
