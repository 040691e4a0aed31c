import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { placeIn } from '../src/router/place.ts';
import type { Result } from '../src/result.ts';
import { run } from '../src/run/run.ts';
import type { Product } from '../src/run/stage.ts';
import type { Manner } from './child/stand-in.ts';

const STAND_IN = fileURLToPath(new URL('child/stand-in.ts', import.meta.url));

async function runWith(manner: Manner): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-chaos-'));
  try {
    const place = placeIn(folder);
    const product: Product & AsyncDisposable = {
      startRouter: (_life, output) => spawn(process.execPath, ['--conditions=@signalbox/source', STAND_IN, place.logs.tenant, place.maildirs, join(folder, 'handed'), manner], { stdio: ['ignore', output, output] }),
      signIn: async () => {},
      send: () => {},
      openDeliveries: async () => 0,
      heldEntries: async () => [],
      [Symbol.asyncDispose]: async () => {},
    };
    const options = { help: false, messages: 60, mailboxes: 3, kills: 1, sends: 0, seed: 5, downMs: 0 };
    return await run(options, { place, openProduct: async () => product, note: () => {}, patienceMs: manner === 'losing' ? 3_000 : 30_000, quietMs: 1_000, signal: new AbortController().signal });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.concurrent('a run', () => {
  it('ends well where everything is handed over, whatever is killed in between', { timeout: 60_000 }, async () => {
    const result = await runWith('honest');
    expect(result).toMatchObject({ ok: true, failures: [], router: { kills: 1, ownEnds: [], exitCode: 0 }, selfTest: { missed: [] } });
    expect(result.verdict.receiving.expected).toBeGreaterThan(50);
    expect(result.selfTest.tried).toBeGreaterThan(50);
  });

  it('fails where one letter is not handed over', { timeout: 60_000 }, async () => {
    const { ok, verdict, settledAfterMs } = await runWith('losing');
    expect({ ok, lost: verdict.receiving.lost }).toMatchObject({ ok: false, lost: [{ tag: 'r7', deliveries: 0 }] });
    expect(settledAfterMs).toBeUndefined();
  });

  it('fails where one letter is handed over under two ids', { timeout: 60_000 }, async () => {
    const { ok, verdict } = await runWith('doubling');
    expect({ ok, doubled: verdict.receiving.doubled }).toMatchObject({ ok: false, doubled: [{ tag: 'r7' }] });
  });
});
