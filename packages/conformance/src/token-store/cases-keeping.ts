import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { secret } from '@signalbox/core';
import { abortsWithReason } from '../support/aborting.ts';
import type { TokenStoreCase } from './case.ts';
import { holds, plusOne, reveal } from './support.ts';

const ODD_VALUES = ['', ' ', 'a\0b', 'line\r\nline', '{"json":"\\"}', 'Grüße, 世界 🚂', 'x'.repeat(200_000)];
const LIKE_KEYS = ['entra/a', 'entra/A', 'entra/a ', 'entra/a%', 'entra/_', 'entra', 'entra/a/b', "entra/a'", 'entra/ä', 'entra/a\u0308'];

export const KEEPING_CASES: readonly TokenStoreCase[] = [
  {
    id: 'tokens/keeps-what-is-written',
    title: 'gives back what was written last, to every process at once',
    async run({ store, reopen }) {
      const other = await reopen();
      await store.write('key', secret('first'));
      await holds(other, 'key', 'first', 'another process, after a write');
      await other.write('key', secret('second'));
      await holds(store, 'key', 'second', 'after another process wrote');
      await holds(await reopen(), 'key', 'second', 'a process that came later');
    },
  },
  {
    id: 'tokens/keeps-any-text',
    title: 'gives back any text as it was, empty or long',
    async run({ store, reopen }) {
      for (const [index, value] of ODD_VALUES.entries()) await store.write(`odd ${index}`, secret(value));
      const other = await reopen();
      for (const [index, value] of ODD_VALUES.entries()) await holds(other, `odd ${index}`, value, `text ${index}`);
    },
  },
  {
    id: 'tokens/tells-keys-apart',
    title: 'tells keys apart that look alike',
    async run({ store }) {
      for (const key of LIKE_KEYS) await store.write(key, secret(`of <${key}>`));
      await store.delete('entra/_');
      for (const key of LIKE_KEYS) await holds(store, key, key === 'entra/_' ? undefined : `of <${key}>`, `the key "${key}"`);
    },
  },
  {
    id: 'tokens/deletes',
    title: 'has nothing under a key that was deleted or never written, and deletes twice',
    async run({ store, reopen }) {
      await holds(store, 'key', undefined, 'before anything was written');
      await store.write('key', secret('value'));
      await store.delete('key');
      await store.delete('key');
      await holds(store, 'key', undefined, 'after delete');
      await holds(await reopen(), 'key', undefined, 'after delete, in another process');
    },
  },
  {
    id: 'tokens/answers-secrets',
    title: 'answers values that do not print themselves',
    async run({ store }) {
      await store.write('key', secret('canary-1'));
      const read = await store.read('key');
      const updated = await store.update('key', async () => secret('canary-2'));
      assert.deepEqual([reveal(read), reveal(updated)], ['canary-1', 'canary-2']);
      const shown = inspect([read, updated], { depth: 9, showHidden: true, getters: true }) + JSON.stringify([read, updated]);
      assert.equal(shown.includes('canary'), false, 'a value prints itself');
    },
  },
  {
    id: 'tokens/aborted-beforehand',
    title: 'does nothing for a caller who has given up already',
    async run({ store }, limits) {
      await store.write('key', secret('before'));
      await abortsWithReason(
        {
          read: (options) => store.read('key', options),
          write: (options) => store.write('key', secret('after'), options),
          delete: (options) => store.delete('key', options),
          update: (options) => store.update('key', plusOne, options),
        },
        limits,
      );
      await holds(store, 'key', 'before', 'after calls that were aborted');
    },
  },
];
