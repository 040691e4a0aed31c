import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { byteSourceOf, collectBytes, contentOf, contentOfFile } from './content.ts';

describe('content in memory', () => {
  it('is the same at every opening', async () => {
    const content = contentOf(Uint8Array.of(1, 2, 3));
    const readings = [await collectBytes(content.open()), await collectBytes(content.open())];
    expect(readings).toEqual([Buffer.from([1, 2, 3]), Buffer.from([1, 2, 3])]);
  });

  it('counts octets, not characters', async () => {
    const content = contentOf('Grüße');
    expect([content.size, (await collectBytes(content.open())).toString()]).toEqual([7, 'Grüße']);
  });

  it('may be empty', async () => {
    expect([contentOf('').size, (await collectBytes(contentOf('').open())).length]).toEqual([0, 0]);
  });
});

describe('content of a file', () => {
  it('is read anew at every opening and knows its size only when told', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'signalbox-content-'));
    try {
      const file = join(directory, 'message.eml');
      const content = contentOfFile(file);
      await writeFile(file, 'first');
      const first = await collectBytes(content.open());
      await writeFile(file, 'second');
      const second = await collectBytes(content.open());
      expect([first.toString(), second.toString()]).toEqual(['first', 'second']);
      expect(content).not.toHaveProperty('size');
      expect(contentOfFile(file, 6).size).toBe(6);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('that is not there fails when it is read', async () => {
    await expect(collectBytes(contentOfFile(join(tmpdir(), 'signalbox-no-such-file')).open())).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a byte source in memory', () => {
  it('tells its size, gives its bytes and can be disposed of at any time', async () => {
    await using source = byteSourceOf(Buffer.from('abc'));
    expect(source.size).toBe(3);
    expect((await collectBytes(source.bytes)).toString()).toBe('abc');
    await source[Symbol.asyncDispose]();
  });
});
