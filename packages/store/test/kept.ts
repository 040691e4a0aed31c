import { expect } from 'vitest';
import type { Store } from '../src/index.ts';
import { BATCH, MAILBOX, PLACE } from './child/batches.ts';

export const KEYS = 5;

/** What the steps of `child/write-all.ts` are, by their number. */
const isBatch = (count: number): boolean => count % 3 === 2;

/** The last change of a token among the first so many steps. */
const lastOf = (key: number, count: number): number | undefined => {
  for (let step = count; step >= 1 && step > count - 4 * KEYS; step -= 1) if (step % KEYS === key && !isBatch(step)) return step;
  return undefined;
};

/** All that was answered is there, whole; the step after it, which was not answered, is there whole or not at all. */
export async function expectKept(store: Store, answered: number): Promise<void> {
  for (let key = 0; key < KEYS; key += 1) {
    const value = (await store.tokens.read(`record ${key}`))?.reveal();
    const count = value === undefined ? undefined : Number(value.split(' ', 1)[0]);
    expect([lastOf(key, answered), lastOf(key, answered + 1)]).toContain(count);
    expect(value).toBe(count === undefined ? undefined : `${count} ${'x'.repeat(count % 7000)} ${count}`);
  }
  const deliveries = [];
  for (let after: { mailbox: string; sequence: number } | undefined; ; ) {
    const page = await store.deliveries.list({ mailbox: MAILBOX, limit: 500, ...(after && { after }) });
    if (page.length === 0) break;
    deliveries.push(...page);
    after = page.at(-1);
  }
  const cursor = Number((await store.ledger.cursor(MAILBOX, PLACE))?.cursor ?? 0);
  const batches = Array.from({ length: answered + 1 }, (_, index) => index + 1).filter((count) => isBatch(count) && (count <= answered || count === cursor));
  expect(deliveries.map(({ id }) => id)).toEqual(batches.flatMap((count) => Array.from({ length: BATCH }, (_, index) => `${count}.${index}`)));
  expect(deliveries.map(({ sequence }) => sequence)).toEqual(deliveries.map((_, index) => index + 1));
  expect(cursor).toBe(batches.at(-1) ?? 0);
  const last = deliveries.at(-1);
  if (last) expect(await store.deliveries.refs(last.id)).toEqual([{ ...PLACE, key: last.id, gone: false }]);
}
