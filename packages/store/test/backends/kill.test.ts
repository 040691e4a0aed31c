import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { backends, type BackendPlace } from '../backends.ts';
import { nextLine, startChild } from '../child/start.ts';
import { expectKept, KEYS } from '../kept.ts';

/** `SIGNALBOX_KILLS=100` for the figure in the README. */
const KILLS = Number(process.env['SIGNALBOX_KILLS'] ?? 20);
const LEASE_MS = 200; // what a killed update holds up

describe.each(backends)('a writer that is killed with kill -9, on $name', ({ name, makePlace }) => {
  it(`${KILLS} times has lost nothing that was answered, and left nothing half-done`, { timeout: 20_000 + KILLS * 3000 }, async () => {
    await using place = await makePlace();
    let answered = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const said = await writeAndKill(place, answered + 1, kill % 40);
      answered = said.at(-1) ?? answered;
      await using store = await place.open({ leaseMs: LEASE_MS });
      await expectKept(store, answered);
    }
    expect(answered).toBeGreaterThan(KILLS * 2);
    console.log(`${name}: ${KILLS} kills, ${answered} writes answered, none lost, none half-done`);
  });
});

/** What the writer said it had stored. It is killed while it goes on. */
async function writeAndKill({ child: place }: BackendPlace, from: number, afterMs: number): Promise<readonly number[]> {
  await using child = startChild('write-all.ts', { ...place, leaseMs: LEASE_MS, mailboxLeaseMs: LEASE_MS, keys: KEYS, from });
  const said = [Number(await nextLine(child))];
  await sleep(5 + afterMs);
  await child.kill();
  for await (const line of child.lines) said.push(Number(line));
  return said;
}
