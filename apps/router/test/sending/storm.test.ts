import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { embeddedPlace, postgresPlace } from './storm/places.ts';
import { runStorm } from './storm/storm.ts';
import { openTenantStorm } from './storm/tenant.ts';

/** `SIGNALBOX_STORM=2000` for a long run, `SIGNALBOX_STORM_SEED` for another one, `SIGNALBOX_STORM_JSON` for what came of it. */
const SENDS = Number(process.env['SIGNALBOX_STORM'] ?? 60);
const SEED = Number(process.env['SIGNALBOX_STORM_SEED'] ?? 1);
const LOG = process.env['SIGNALBOX_STORM_JSON'];
/** Set by tools/server-tests. */
const SERVER = process.env['SIGNALBOX_TEST_POSTGRES'];

it(`sends each mail once, while senders are killed and frozen and everything else fails, on ${SERVER === undefined ? 'SQLite' : 'PostgreSQL'}`, { timeout: 120_000 + SENDS * 1_000 }, async () => {
  await using place = await (SERVER === undefined ? embeddedPlace() : postgresPlace(SERVER));
  const kills = Math.max(4, Math.round(SENDS / 40));
  const result = await runStorm(place, openTenantStorm, { seed: SEED, sends: SENDS, kills, freezes: Math.ceil(kills / 3) });
  if (LOG !== undefined) await writeFile(LOG, JSON.stringify({ seed: SEED, ...result }, undefined, 2));
  expect(result.states).toEqual({ sent: SENDS });
  expect(Object.entries(result.left).filter(([, times]) => times !== 1)).toEqual([]);
  expect([Object.keys(result.left).length, result.copies, result.drafts]).toEqual([SENDS, SENDS, 0]);
  expect([result.killed, result.frozen > 0, result.takenOver > 0]).toEqual([kills, true, true]);
});
