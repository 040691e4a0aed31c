import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { addKey, defaultKeyFile, keepKeys, TAKEN_UP_MS } from '../src/index.ts';
import { makePlace } from './world.ts';

const NOW = new Date('2026-11-25T10:00:00Z');

describe('a key file that gets a new key', () => {
  it('is taken up by stores that are open, which read and write on meanwhile', async () => {
    await using place = await makePlace();
    const running = await place.open();
    await running.tokens.write('before', secret('of the old key'));
    const file = defaultKeyFile(place.directory);
    await chmod(file, 0o640);
    await addKey(file, NOW);
    expect([(await readFile(file, 'utf8')).split('\n')[0], ((await stat(file)).mode & 0o777).toString(8)]).toEqual([expect.stringMatching(/^[\w+/]{43}= {2}# since 2026-11-25$/) as string, '640']);
    const rotating = await place.open();
    expect(await rotating.rotate()).toBe(1);
    expect((await running.tokens.read('before'))?.reveal()).toBe('of the old key'); // sealed with a key that it did not know
    await sleep(TAKEN_UP_MS + 50);
    await running.tokens.write('after', secret('of the new one'));
    expect(await rotating.rotate()).toBe(0);
    const { current, needed } = await rotating.keys();
    expect([needed, (await running.keys()).current]).toEqual([[], current]);
    expect(await keepKeys(file, [current])).toBe(1);
    const next = await place.open();
    expect([(await next.tokens.read('before'))?.reveal(), (await next.tokens.read('after'))?.reveal()]).toEqual(['of the old key', 'of the new one']);
  });

  it('that is away or broken for a moment changes nothing for them', async () => {
    await using place = await makePlace();
    const running = await place.open();
    const file = defaultKeyFile(place.directory);
    const text = await readFile(file, 'utf8');
    await writeFile(file, '# being changed\n');
    await sleep(TAKEN_UP_MS + 50);
    await running.tokens.write('a', secret('x'));
    await writeFile(file, text);
    expect((await (await place.open()).tokens.read('a'))?.reveal()).toBe('x');
  });

  it('is not changed where it is no key file, and keeps remarks and keys that are needed', async () => {
    await using place = await makePlace();
    const file = `${place.parent}/other.key`;
    await writeFile(file, 'a passphrase\n');
    await expect(addKey(file, NOW)).rejects.toMatchObject({ code: 'config.invalid' });
    expect(await readFile(file, 'utf8')).toBe('a passphrase\n');
    await expect(addKey(`${place.parent}/none.key`, NOW)).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('ENOENT') as string });
    const store = await place.open();
    await store.tokens.write('a', secret('x'));
    const own = defaultKeyFile(place.directory);
    await writeFile(own, `# ours\n${await readFile(own, 'utf8')}`);
    await addKey(own, NOW);
    const { current, needed } = await (await place.open()).keys();
    expect(needed).toHaveLength(1);
    expect(await keepKeys(own, [current, ...needed])).toBe(0);
    expect(await readFile(own, 'utf8')).toContain('# ours\n');
  });
});
