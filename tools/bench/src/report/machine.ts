import { cpus, loadavg, release, totalmem } from 'node:os';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

/** What a figure was measured on: without it a figure says nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly dovecot: string;
  readonly imapflow: string;
  readonly nodemailer: string;
  readonly undici: string;
  /** ISO 8601. */
  readonly date: string;
  /** Of this repository; ends in `+` when files were changed. */
  readonly commit: string;
  /** Over the last minute before the first round. */
  readonly load: number;
}

export async function describeMachine(): Promise<Machine> {
  const [dovecot, commit, changed] = await Promise.all([
    said('dovecot', '--version'),
    said('git', 'rev-parse', '--short=10', 'HEAD'),
    said('git', 'status', '--porcelain', '--untracked-files=no'),
  ]);
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: release(),
    node: process.version,
    dovecot: /^\S+/u.exec(dovecot)?.[0] ?? 'unknown',
    imapflow: versionOf('imapflow'),
    nodemailer: versionOf('nodemailer'),
    undici: versionOf('undici'),
    date: new Date().toISOString(),
    commit: commit === '' ? 'unknown' : `${commit}${changed === '' ? '' : '+'}`,
    load: loadavg()[0] ?? 0,
  };
}

/** What a command says about itself; nothing when there is no such command, or no repository. */
async function said(command: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(command, args)).stdout.trim();
  } catch {
    return '';
  }
}

const versionOf = (name: string): string => (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
