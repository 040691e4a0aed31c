import { expect, it } from 'vitest';
import { type BatchRun, runBatch } from './batch.ts';
import { createGovernor } from './governor.ts';

const clock = { now: () => new Date('2026-11-24T12:00:00Z'), sleep: () => Promise.resolve() };

it('a batch that ends before it leaves, as on abort, keeps no place in the mailbox', async () => {
  const governor = createGovernor(clock, 4, 'graph.example');
  const until = clock.now().getTime() + 10_000;
  const run: BatchRun = { clock, host: 'graph.example', root: '/users/x', until, signal: undefined, governor, most: 4, send: () => Promise.reject(new Error('enough')) };
  await expect(runBatch(run, [{ method: 'GET', path: '/messages/1' }])).rejects.toThrow('enough');
  const places = await Promise.race([governor.enter({ until, stream: false, bytes: 0, signal: undefined, most: 4 }), new Promise<undefined>((resolve) => void setImmediate(() => resolve(undefined)))]);
  expect(places?.places).toBe(4);
});
