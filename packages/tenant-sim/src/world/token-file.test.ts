import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTenant } from '../tenant.ts';
import { keepTokenFile } from './token-file.ts';

const HOUR = 3_600_000;

describe('a token file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-token-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['before its token runs out', 51 * 60_000],
    ['when the clock goes back', -HOUR],
  ])('is renewed %s', async (_when, ms) => {
    await using tenant = await startTenant({ doors: [] });
    const file = join(folder, `${ms}`);
    await using _ = await keepTokenFile(tenant, { file, user: 'support@contoso.test' });
    const first = await readFile(file, 'utf8');
    tenant.clock.jump(ms);
    await expect.poll(async () => readFile(file, 'utf8')).not.toBe(first);
    expect((await tenant.tokens.verify(await readFile(file, 'utf8'), 'exchange')).claims?.upn).toBe('support@contoso.test');
  });

  it('holds a token that works again after a reset', async () => {
    await using tenant = await startTenant({ doors: [] });
    const file = join(folder, 'reset');
    await using _ = await keepTokenFile(tenant, { file, user: 'support@contoso.test' });
    tenant.reset();
    await expect.poll(async () => (await tenant.tokens.verify(await readFile(file, 'utf8'), 'exchange')).problem).toBeUndefined();
  });

  it('is not written for somebody who is not there', async () => {
    await using tenant = await startTenant({ doors: [] });
    await expect(keepTokenFile(tenant, { file: join(folder, 'nobody'), user: 'nobody@contoso.test' })).rejects.toThrow(/nobody@contoso\.test/);
  });

  it('is let be once disposed of', async () => {
    await using tenant = await startTenant({ doors: [] });
    const file = join(folder, 'ended');
    const kept = await keepTokenFile(tenant, { file, user: 'support@contoso.test' });
    const last = await readFile(file, 'utf8');
    await kept[Symbol.asyncDispose]();
    tenant.clock.jump(HOUR);
    expect(await readFile(file, 'utf8')).toBe(last);
  });
});
