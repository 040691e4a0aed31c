import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { secret } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { startPostgres } from '@signalbox/lab';
import { newKeyText, openStore, type Store } from '@signalbox/store';
import { describe, expect, it } from 'vitest';

const KILLS = Number(process.env['SIGNALBOX_SERVER_KILLS'] ?? 10);
const BATCH = 20;
const key = newKeyText();

const open = (url: string): Promise<Store> => openStore({ url: secret(url), key: { text: key }, clock: systemClock });

/** What the writer said it had stored, until it failed because its server was gone. */
async function writeUntil(kill: () => Promise<void>, { url, from, afterMs }: { readonly url: string; readonly from: number; readonly afterMs: number }): Promise<readonly number[]> {
  const script = fileURLToPath(new URL('child/record.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@signalbox/source', script, JSON.stringify({ url, key: key.reveal(), from, batch: BATCH })], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close');
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { done, value } = await lines.next();
    if (done) throw new Error(`The writer ended early: ${stderr}`);
    await sleep(afterMs);
    await kill();
    const said = [Number(value)];
    for await (const line of lines) said.push(Number(line));
    expect(stderr).toMatch(/connection\.lost|unavailable/); // and nothing else went wrong
    return said;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

async function expectKept(url: string, answered: number): Promise<void> {
  await using store = await open(url);
  const ids: string[] = [];
  for (let after: { readonly mailbox: string; readonly sequence: number } | undefined; ; ) {
    const page = await store.deliveries.list({ mailbox: 'sales', limit: 1000, ...(after && { after }) });
    after = page.at(-1);
    if (!after) break;
    ids.push(...page.map(({ id }) => id));
  }
  const last = Number((await store.ledger.cursor('sales', { door: 'door', folder: 'INBOX' }))?.cursor);
  expect([answered, answered + 1]).toContain(last); // the one after the last that was told may have been stored too
  expect(ids).toEqual(Array.from({ length: last }, (_, count) => Array.from({ length: BATCH }, (_, index) => `${count + 1}.${index}`)).flat());
}

describe('a PostgreSQL whose postmaster is killed with kill -9', () => {
  it(`${KILLS} times has lost nothing that was answered, and left nothing half-done`, { timeout: 30_000 + KILLS * 15_000 }, async () => {
    await using server = await startPostgres();
    let answered = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const said = await writeUntil(() => server.kill(), { url: server.url, from: answered + 1, afterMs: 50 + kill * 20 });
      answered = said.at(-1) ?? answered;
      await server.restart();
      await expectKept(server.url, answered);
    }
    expect(answered).toBeGreaterThan(KILLS * 3);
    console.log(`${KILLS} kills of the postmaster, ${answered} batches of ${BATCH} answered, none lost, none half-done`);
  });

  it('is used again by a store that was open meanwhile, as soon as it is back', { timeout: 60_000 }, async () => {
    await using server = await startPostgres();
    const events: string[] = [];
    await using store = await openStore({ url: secret(server.url), key: { text: key }, clock: systemClock, log: { log: (_level, event) => void events.push(event) } });
    await store.mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
    await server.kill();
    await expect(store.mailboxes.list()).rejects.toMatchObject({ code: expect.stringMatching(/^(unavailable|connection\.lost)$/) });
    await expect(store.mailboxes.list()).rejects.toMatchObject({ code: 'unavailable', retry: 'safe', remedy: { who: 'operator' } });
    await server.restart();
    expect(await store.mailboxes.list()).toMatchObject([{ id: 'sales' }]);
    expect(new Set(events)).toEqual(new Set(['store.connection-ended']));
  });
});
