import { describe, expect, it } from 'vitest';
import { mailbox, openMemory, put } from '../receiving/memory-world.ts';
import { collect } from './collected.ts';

describe('what is told of a delivery', () => {
  it('is one trace, from the sweep that found it to the effect of its acknowledgement', async () => {
    using told = collect();
    await using w = await openMemory(mailbox('a', ', onAck: mark-read'));
    await w.connected();
    w.deliver('one');
    await w.take(1);
    await expect.poll(() => told.named('effect').length).toBe(1);
    const [sweep] = told.named('sweep');
    expect(`\n${told.tree(sweep?.spanContext().traceId ?? '')}`).toBe(`
sweep
  record
    deliver
      ack
    effect`);
    const [record] = told.named('record');
    expect(record?.attributes).toMatchObject({ 'messaging.operation.type': 'create', 'signalbox.mailbox': 'a', 'messaging.message.id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
    expect(told.named('deliver')[0]?.attributes).toMatchObject({ 'signalbox.delivery.attempt': 1, 'signalbox.delivery.outcome': 'acknowledged', 'messaging.operation.type': 'process' });
    expect(sweep?.attributes).toMatchObject({ 'messaging.batch.message_count': 1, 'signalbox.sweep.kind': 'sweep' });
  });

  it('is the same trace when it is handed over again, by another receiver in another life', async () => {
    using told = collect();
    await using w = await openMemory(mailbox('a'), { settings: { visibilityMs: 200 } });
    await w.connected();
    w.deliver('one');
    await w.take(1, { ack: false });
    await w.restart();
    const [delivery] = await w.take(1);
    const [sweep] = told.named('sweep');
    const traceId = sweep?.spanContext().traceId ?? 'none';
    expect(told.tree(traceId)).toBe(`sweep\n  record\n${told.named('deliver').map((span) => `    deliver${span.attributes['signalbox.delivery.outcome'] === 'acknowledged' ? '\n      ack' : ''}`).join('\n')}`);
    expect(told.named('deliver').length).toBeGreaterThanOrEqual(2);
    expect(delivery?.trace).toContain(traceId);
  });

  it('has what the consumer does about it beneath the handing over, and what is answered a link to it', async () => {
    using told = collect();
    await using w = await openMemory(mailbox('a'));
    await w.connected();
    w.deliver('one');
    const over = new AbortController();
    for await (const delivery of w.receiver.deliveries({ signal: over.signal })) {
      await using _raw = await delivery.raw();
      await delivery.mark({ add: ['$flagged'] });
      await delivery.ack();
      over.abort();
    }
    expect(told.tree(told.named('sweep')[0]?.spanContext().traceId ?? '')).toBe('sweep\n  record\n    deliver\n      read\n      mark\n      ack');
  });

  it('ends as expired, refused or left where nobody acknowledges it', async () => {
    using told = collect();
    await using w = await openMemory(mailbox('a'), { settings: { visibilityMs: 100 } });
    await w.connected();
    w.deliver('one');
    let count = 0;
    for await (const delivery of w.receiver.deliveries()) {
      count += 1;
      if (count === 2) await delivery.nack({ delayMs: 0 });
      if (count === 3) break;
    }
    expect(told.named('deliver').map(({ attributes }) => attributes['signalbox.delivery.outcome'])).toEqual(['expired', 'refused', 'left']);
  });

  it('leaves no trace of sweeps that find nothing new', async () => {
    using told = collect();
    await using w = await openMemory(mailbox('a'), { fill: (server) => put(server, 'old') });
    await w.connected();
    expect(told.spans).toEqual([]);
  });

  it('counts, and gauges the mailboxes by their state, with no mailbox in any attribute', async () => {
    using told = collect();
    await using w = await openMemory(mailbox('a') + mailbox('b') + mailbox('c').replace('PASSWORD', 'WRONG'));
    await expect.poll(async () => (await w.receiver.status()).map(({ state }) => state)).toEqual(['active', 'active', 'retrying']);
    w.deliver('one');
    w.deliver('two');
    w.deliver('three', { to: 'b' });
    await w.take(3, { ack: false });
    const points = new Map((await told.metrics()).map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.map(({ attributes, value }) => [attributes, value])]));
    expect(points.get('signalbox.deliveries.recorded')).toEqual([[{}, 3]]);
    expect(points.get('signalbox.deliveries.open')).toEqual(expect.arrayContaining([[{ 'signalbox.mailbox.state': 'active' }, 3], [{ 'signalbox.mailbox.state': 'retrying' }, 0]]));
    expect(points.get('signalbox.mailboxes')).toEqual(expect.arrayContaining([[{ 'signalbox.mailbox.state': 'active' }, 2], [{ 'signalbox.mailbox.state': 'retrying' }, 1]]));
    expect(points.get('signalbox.failures')).toEqual([[{ 'error.type': 'auth.rejected', 'signalbox.direction': 'receive' }, expect.any(Number)]]);
    expect(points.get('signalbox.receive.lag')).toEqual([[{}, expect.any(Number)]]);
    const attributes = [...points.values()].flat().flatMap(([each]) => Object.keys(each as object));
    expect(attributes.filter((name) => name === 'signalbox.mailbox' || name.startsWith('messaging.'))).toEqual([]);
  });
});
