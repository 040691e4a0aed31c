import { secret } from '@signalbox/core';
import { describe, expect, it } from 'vitest';
import { backends } from '../backends.ts';

const revision = (text: string, after: number) => ({ text: secret(text), digest: `digest of ${text}`, summary: `adds ${text}`, who: 'operator', after });

describe.each(backends)('deployed configurations on $name', ({ makePlace }) => {
  it('are kept one after the other, with their texts', async () => {
    await using place = await makePlace();
    const { revisions } = await place.open();
    expect([await revisions.current(), await revisions.list(), await revisions.text(1), await revisions.get(1)]).toEqual([undefined, [], undefined, undefined]);
    await revisions.deploy(revision('one', 0));
    const second = await revisions.deploy(revision('two', 1));
    expect(second).toEqual({ number: 2, digest: 'digest of two', summary: 'adds two', who: 'operator', appliedAt: expect.any(Date) });
    expect(Math.abs(second.appliedAt.getTime() - Date.now())).toBeLessThan(60_000);
    expect(await revisions.current()).toEqual(second);
    expect((await revisions.list()).map(({ number }) => number)).toEqual([2, 1]);
    expect([(await revisions.text(1))?.reveal(), (await revisions.text(2))?.reveal()]).toEqual(['one', 'two']);
    expect(await revisions.get(1)).toMatchObject({ number: 1, summary: 'adds one' });
  });

  it('are refused where another was deployed since the plan was made, also at the same moment', async () => {
    await using place = await makePlace();
    const stores = [await place.open(), await place.open(), await place.open()];
    await stores[0]?.revisions.deploy(revision('first', 0));
    const outcomes = await Promise.allSettled(stores.map(({ revisions }, index) => revisions.deploy(revision(`of ${index}`, 1))));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'config.conflict', remedy: { who: 'operator' } });
    await expect(stores[0]?.revisions.deploy(revision('from a future', 7))).rejects.toMatchObject({ code: 'config.conflict' });
    expect((await stores[1]?.revisions.list())?.map(({ number }) => number)).toEqual([2, 1]);
  });
});

describe.each(backends)('the journal of a switch on $name', ({ makePlace }) => {
  it('holds each step once, as it was written first', async () => {
    await using place = await makePlace();
    const { journal } = await place.open();
    const step = { mailbox: 'sales', switch: 'first', step: 1, what: 'planned', detail: { to: 'o365-client-credentials' } };
    expect([await journal.write(step), await journal.write({ ...step, what: 'again' })]).toEqual([true, false]);
    await journal.write({ mailbox: 'sales', switch: 'first', step: 2, what: 'checked' });
    await journal.write({ mailbox: 'sales', switch: 'second', step: 1, what: 'planned' });
    await journal.write({ mailbox: 'support', switch: 'first', step: 1, what: 'planned' });
    expect(await journal.read('sales', 'first')).toEqual([{ ...step, at: expect.any(Date) }, { mailbox: 'sales', switch: 'first', step: 2, what: 'checked', at: expect.any(Date) }]);
    expect((await journal.read('sales')).map(({ switch: id, step }) => `${id} ${step}`)).toEqual(['first 1', 'first 2', 'second 1']);
  });
});

describe.each(backends)('the audit log on $name', ({ makePlace }) => {
  it('is read page by page, the latest first, and skips none', async () => {
    await using place = await makePlace();
    const { audit } = await place.open();
    for (let count = 1; count <= 7; count += 1) await audit.write({ who: 'operator', what: 'mailbox-paused', subject: `mailbox ${count}`, detail: { count } });
    const pages = [];
    for (let before; ; ) {
      const page = await audit.list({ limit: 3, ...(before && { before }) });
      if (page.length === 0) break;
      pages.push(page);
      before = page.at(-1);
    }
    const entries = pages.flat();
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(entries.map(({ subject }) => subject).toSorted()).toEqual(Array.from({ length: 7 }, (_, index) => `mailbox ${index + 1}`));
    expect(entries.map(({ at }) => at.getTime())).toEqual(entries.map(({ at }) => at.getTime()).toSorted((a, b) => b - a));
    expect(entries[0]).toMatchObject({ who: 'operator', what: 'mailbox-paused', detail: { count: expect.any(Number) } });
  });
});
