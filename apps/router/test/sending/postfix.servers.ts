import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { embeddedPlace } from './storm/places.ts';
import { openPostfixStorm, type PostfixLab } from './storm/postfix.ts';
import { runStorm } from './storm/storm.ts';

/** As for storm.test.ts. */
const SENDS = Number(process.env['SIGNALBOX_STORM'] ?? 120);
const SEED = Number(process.env['SIGNALBOX_STORM_SEED'] ?? 1);
const LOG = process.env['SIGNALBOX_STORM_JSON'];
/** Set by tools/server-tests. */
const LAB = JSON.parse(process.env['SIGNALBOX_TEST_POSTFIX'] ?? '{}') as PostfixLab;

it('doubles no mail through a Postfix that keeps no copies, and holds each one that nothing proves, while senders are killed and frozen and connections are cut', { timeout: 120_000 + SENDS * 1_000 }, async () => {
  await using place = await embeddedPlace();
  const kills = Math.max(3, Math.round(SENDS / 40));
  const result = await runStorm(place, openPostfixStorm(LAB), { seed: SEED, sends: SENDS, kills, freezes: Math.ceil(kills / 3) });
  if (LOG !== undefined) await writeFile(LOG, JSON.stringify({ seed: SEED, ...result }, undefined, 2));
  const { sent = 0, held = 0, ...others } = result.states;
  expect([sent + held, others]).toEqual([SENDS, {}]);
  const left = Object.entries(result.left);
  expect(left.filter(([, times]) => times > 1)).toEqual([]);
  expect(left.filter(([subject, times]) => times === 0 && !result.held.includes(subject))).toEqual([]);
  expect(left).toHaveLength(SENDS);
  expect(held).toBeGreaterThan(0);
  expect(result.copies).toBe(result.met['copy-filed']); // one each
  expect([result.killed, result.frozen > 0, result.takenOver > 0]).toEqual([kills, true, true]);
});
