import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nextLine, startChild } from './child/start.ts';
import { makePlace } from './world.ts';

/** `SIGNALBOX_KILLS=100` for the figure in the README. */
const KILLS = Number(process.env['SIGNALBOX_KILLS'] ?? 20);
const KEYS = 5;
const LEASE_MS = 200; // what a killed update holds up

describe('a writer that is killed with kill -9', () => {
  it(`${KILLS} times has lost nothing that was answered, and left nothing half-done`, { timeout: 20_000 + KILLS * 3000 }, async () => {
    await using place = await makePlace();
    let acknowledged = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const said = await writeAndKill(place.directory, acknowledged + 1, kill % 40);
      acknowledged = said.at(-1) ?? acknowledged;
      await using store = await place.open({ leaseMs: LEASE_MS });
      for (let key = 0; key < KEYS; key += 1) {
        const value = (await store.tokens.read(`record ${key}`))?.reveal();
        // The one after the last that was told may have been stored too: the process died before it could tell.
        const allowed = [lastOf(key, acknowledged), lastOf(key, acknowledged + 1)];
        const count = value === undefined ? undefined : Number(value.split(' ', 1)[0]);
        expect(allowed).toContain(count);
        expect(value).toBe(count === undefined ? undefined : `${count} ${'x'.repeat(count % 7000)} ${count}`);
      }
    }
    expect(acknowledged).toBeGreaterThan(KILLS * 5);
    console.log(`${KILLS} kills, ${acknowledged} writes answered, none lost, none half-done`);
  });
});

/** The last write to a key among the first so many. */
const lastOf = (key: number, count: number): number | undefined => {
  const last = count - ((((count - key) % KEYS) + KEYS) % KEYS);
  return last >= 1 ? last : undefined;
};

/** What the writer said it had stored. It is killed while it goes on. */
async function writeAndKill(directory: string, from: number, afterMs: number): Promise<readonly number[]> {
  await using child = startChild('write.ts', { directory, leaseMs: LEASE_MS, keys: KEYS, from });
  const said = [Number(await nextLine(child))];
  await sleep(5 + afterMs);
  await child.kill();
  for await (const line of child.lines) said.push(Number(line));
  return said;
}
