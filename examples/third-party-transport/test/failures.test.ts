import { isMailError, secret } from '@signalbox/core';
import { contentOf, systemClock } from '@signalbox/kit';
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { plugin } from '../src/index.ts';

const open = (directory: string) =>
  plugin.open({
    mailbox: { id: 'me', address: 'me@example.test' },
    config: { directory },
    credentials: { getCredential: async () => ({ kind: 'password', username: 'me', password: secret('never asked for') }) },
    clock: systemClock,
    fetch,
    network: {},
    log: { log() {} },
  });

it('does not open without its directory, and says what to do', async () => {
  await assert.rejects(open('/nowhere/at/all'), (error) => isMailError(error) && error.code === 'unavailable' && error.remedy !== undefined);
});

it('leaves nothing half-written behind when the content fails', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'pickup-'));
  await using transport = await open(directory);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('Subject: half\r\n');
    throw new Error('the disk of the sender is gone');
  }
  const envelope = { mailFrom: 'me@example.test', rcptTo: ['you@example.test'] as const };
  await assert.rejects(transport.send!.dispatch({ envelope, content: { open: broken } }), /the disk of the sender is gone/);
  assert.deepEqual(await readdir(directory), []);
  await transport.send!.dispatch({ envelope, content: contentOf('Subject: whole\r\n\r\n') });
  assert.deepEqual((await readdir(directory)).map((name) => name.slice(-4)), ['.eml']);
  await rm(directory, { recursive: true });
});
