import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantDescription } from '../src/index.ts';
import { openDialogue } from './dialogue.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

describe('the command', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'signalbox-tenant-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('says as one JSON object where everything is, serves until it is told to stop, and ends well', async () => {
    const caFile = join(directory, 'ca.pem');
    const child = spawn(process.execPath, ['--conditions=@signalbox/source', MAIN, '--json', '--ca-file', caFile], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { doors, accounts, apps } = JSON.parse(line.toString()) as TenantDescription;
    expect(accounts[0]).toEqual({ address: 'sales@contoso.test', password: 'sales-password', kind: 'user' });
    expect(apps[0]?.secret).toBe('adapter-secret');
    await using client = await openDialogue(doors.imap!.port, await readFile(caFile, 'utf8'));
    expect(await client.until(/\r\n/)).toContain('* OK');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('says to people what to type', async () => {
    const child = spawn(process.execPath, ['--conditions=@signalbox/source', MAIN, '--ca-file', join(directory, 'other.pem')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    expect(text.toString()).toMatch(/imap {3}127\.0\.0\.1:\d+\n[\s\S]*sales@contoso\.test {2}password: sales-password\n/);
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });
});
