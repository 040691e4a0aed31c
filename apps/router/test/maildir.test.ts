import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MailError } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { createMaildirConsumer } from '../src/hand-over/maildir.ts';
import { fakeDelivery } from './delivery-fake.ts';
import { withConfig } from './workspace.ts';

const NEVER = new AbortController().signal;
const NAME = '1795593601.0199c7b1-0000-7000-8000-000000000001.signalbox';

async function world(now = new Date()) {
  const workspace = await withConfig('');
  const directory = join(workspace.folder, 'mail', 'in');
  const consumer = await createMaildirConsumer({ directory, now: () => now });
  return { workspace, directory, consumer, files: (part: string) => readdir(join(directory, 'sales', part)) };
}

describe('a Maildir', () => {
  it('gets each delivery as a file of its own, octet by octet, under a name that follows from the delivery', async () => {
    const { workspace, directory, consumer, files } = await world();
    await using _ = workspace;
    await consumer.take(fakeDelivery({ text: 'Subject: \u00fc\r\n\r\nHi\n' }), { signal: NEVER });
    await consumer.take(fakeDelivery({ id: 'second' }), { signal: NEVER });
    for (const id of [fakeDelivery().id, 'second']) await consumer.acknowledged?.(fakeDelivery({ id }));
    expect(await files('new')).toEqual([NAME, '1795593601.second.signalbox']);
    expect([await files('tmp'), await files('cur')]).toEqual([[], []]);
    expect((await readFile(join(directory, 'sales', 'new', NAME))).toString('utf8')).toBe('Subject: \u00fc\r\n\r\nHi\n');
  });

  it.runIf(process.platform !== 'win32')('is nobody else to read', async () => {
    const { workspace, directory, consumer } = await world();
    await using _ = workspace;
    await consumer.take(fakeDelivery(), { signal: NEVER });
    const modes = await Promise.all([directory, join(directory, 'sales', 'new'), join(directory, 'sales', 'new', NAME)].map(async (path) => (await stat(path)).mode & 0o777));
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  it('gets no second file of a delivery that is handed over again', async () => {
    const { workspace, consumer, files } = await world();
    await using _ = workspace;
    for (const attempt of [1, 2, 3]) await consumer.take(fakeDelivery({ attempt }), { signal: NEVER });
    expect(await files('new')).toEqual([NAME]);
  });

  it('gets no second file either where a reader has taken the first', async () => {
    const { workspace, directory, consumer, files } = await world();
    await using _ = workspace;
    await consumer.take(fakeDelivery(), { signal: NEVER });
    await rename(join(directory, 'sales', 'new', NAME), join(directory, 'sales', 'cur', `${NAME}:2,S`));
    await consumer.take(fakeDelivery({ attempt: 2 }), { signal: NEVER });
    expect([await files('new'), await files('cur')]).toEqual([[], [`${NAME}:2,S`]]);
  });

  it('gets no second file where a reader has deleted the first, as long as it is not acknowledged', async () => {
    const { workspace, directory, consumer, files } = await world();
    await using _ = workspace;
    await consumer.take(fakeDelivery(), { signal: NEVER });
    await rm(join(directory, 'sales', 'new', NAME));
    const next = await createMaildirConsumer({ directory, now: () => new Date() }); // the router was killed in between
    await next.take(fakeDelivery({ attempt: 2 }), { signal: NEVER });
    expect([await files('new'), await files('tmp')]).toEqual([[], [`${NAME}.handed`]]);
    await next.acknowledged?.(fakeDelivery({ attempt: 2 }));
    expect(await files('tmp')).toEqual([]);
  });

  it('shows nothing of a message that could not be read to its end', async () => {
    const { workspace, consumer, files } = await world();
    await using _ = workspace;
    async function* half(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('Subject: ');
      throw new MailError('connection.lost', 'The server hung up.');
    }
    const taking = consumer.take(fakeDelivery({ raw: async () => ({ bytes: half(), async [Symbol.asyncDispose]() {} }) }), { signal: NEVER });
    await expect(taking).rejects.toMatchObject({ code: 'connection.lost' });
    expect([await files('new'), await files('tmp')]).toEqual([[], []]);
  });

  it('is cleared of what writers that died have left, and of nothing else', async () => {
    const workspace = await withConfig('');
    await using _ = workspace;
    const tmp = join(workspace.folder, 'mail', 'sales', 'tmp');
    await mkdir(tmp, { recursive: true });
    for (const name of [`${NAME}.old`, `${NAME}.fresh`, 'foreign']) await writeFile(join(tmp, name), '');
    const longAgo = new Date(Date.now() - 37 * 3_600_000);
    for (const name of [`${NAME}.old`, 'foreign']) await utimes(join(tmp, name), longAgo, longAgo);
    const consumer = await createMaildirConsumer({ directory: join(workspace.folder, 'mail'), now: () => new Date() });
    await consumer.take(fakeDelivery(), { signal: NEVER });
    await consumer.acknowledged?.(fakeDelivery());
    expect(await readdir(tmp)).toEqual([`${NAME}.fresh`, 'foreign']);
  });
});
