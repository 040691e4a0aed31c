import { readFile, rm, writeFile } from 'node:fs/promises';
import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { defaultKeyFile, newKeyText } from '../src/index.ts';
import { makePlace } from './world.ts';

const [OLD, NEW] = [newKeyText().reveal(), newKeyText().reveal()];
const keys = (...texts: string[]) => ({ key: { text: secret(texts.join('\n')) } });

describe('the key of a store', () => {
  it('is made at first use, and used again', async () => {
    await using place = await makePlace();
    await using first = await place.open();
    await first.tokens.write('a', secret('kept'));
    const made = await readFile(defaultKeyFile(place.directory), 'utf8');
    await using second = await place.open();
    expect((await second.tokens.read('a'))?.reveal()).toBe('kept');
    expect(await readFile(defaultKeyFile(place.directory), 'utf8')).toBe(made);
  });

  it('is not made anew for data that it would not open', async () => {
    await using place = await makePlace();
    await (await place.open())[Symbol.asyncDispose]();
    await rm(defaultKeyFile(place.directory));
    await expect(place.open()).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('is gone'), remedy: { who: 'operator' } });
    await expect(readFile(defaultKeyFile(place.directory))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('when it is the wrong one is named, with the right one and the remedy, and nothing is changed', async () => {
    await using place = await makePlace();
    const right = await place.open(keys(OLD));
    await right.tokens.write('a', secret('kept'));
    await right[Symbol.asyncDispose]();
    await expect(place.open(keys(NEW))).rejects.toMatchObject({
      code: 'config.invalid',
      retry: 'never',
      message: expect.stringMatching(/sealed with the key [0-9a-f]{12}, and the given key is [0-9a-f]{12}/),
      remedy: { who: 'operator', text: expect.stringContaining('Give the key') },
    });
    await using again = await place.open(keys(OLD));
    expect((await again.tokens.read('a'))?.reveal()).toBe('kept');
  });

  it('can be replaced: the new one seals, the old one opens, until all is sealed anew', async () => {
    await using place = await makePlace();
    const old = await place.open(keys(OLD));
    for (const name of ['read', 'updated', 'rest', 'more']) await old.tokens.write(name, secret(`of ${name}`));
    await old[Symbol.asyncDispose]();

    const both = await place.open(keys(NEW, OLD));
    expect((await both.tokens.read('read'))?.reveal()).toBe('of read'); // sealed anew by being read
    await both.tokens.update('updated', async (current) => secret(`${current?.reveal()}!`));
    expect(await both.rotate()).toBe(2);
    expect(await both.rotate()).toBe(0);
    await both[Symbol.asyncDispose]();

    await using only = await place.open(keys(NEW));
    const values = await Promise.all(['read', 'updated', 'rest', 'more'].map(async (name) => (await only.tokens.read(name))?.reveal()));
    expect(values).toEqual(['of read', 'of updated!', 'of rest', 'of more']);
  });

  it('can be replaced while a change is thought about, which is not asked again for that', async () => {
    await using place = await makePlace();
    const old = await place.open(keys(OLD));
    await old.tokens.write('a', secret('1'));
    const both = await place.open(keys(NEW, OLD));
    let asked = 0;
    await old.tokens.update('a', async () => {
      asked += 1;
      await both.rotate();
      return secret('2');
    });
    expect(asked).toBe(1);
    expect((await both.tokens.read('a'))?.reveal()).toBe('2');
  });

  it('file that holds no key is told, and left as it is', async () => {
    await using place = await makePlace();
    const file = `${place.parent}/chosen.key`;
    await writeFile(file, 'changeme\n');
    await expect(place.open({ key: { file } })).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining(file) });
    expect(await readFile(file, 'utf8')).toBe('changeme\n');
    await expect(place.open({ key: { file: place.parent } })).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('cannot be read') });
    await expect(place.open({ key: { file: `${file}/below` } })).rejects.toMatchObject({ code: 'config.invalid', remedy: { who: 'operator' } });
  });
});
