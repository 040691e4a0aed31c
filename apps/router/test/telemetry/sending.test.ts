import { describe, expect, it } from 'vitest';
import type { Fault } from '../sending/faults.ts';
import { openTenantWorld, settled, type TenantWorld } from '../sending/tenant-world.ts';
import { collect } from './collected.ts';

const mail = (subject: string) => ({ to: ['ada@example.org'], subject, text: 'Hello' });
const set = ({ tenant }: TenantWorld, [name, options, times]: Fault) => tenant.faults.set(name, options, { times });
const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'];

describe('what is told of a mail', { timeout: 60_000 }, () => {
  it('is one trace, from the request to what it came to, with the ids that Graph gave its requests', async () => {
    using told = collect();
    await using world = await openTenantWorld();
    const { id, trace } = await world.sending.send('sales', mail('once'));
    await using _running = world.run();
    expect(await settled(world, [id])).toEqual({ sent: 1 });
    await expect.poll(() => told.named('attempt').length).toBe(1);
    const [submit] = told.named('submit');
    const traceId = submit?.spanContext().traceId ?? '';
    expect(trace).toBe(`00-${traceId}-${submit?.spanContext().spanId}-01`);
    expect(`\n${told.tree(traceId, METHODS)}`).toBe(`
submit
  attempt
    stage
    dispatch
    settle`);
    const [dispatch] = told.named('dispatch');
    const [request] = told.named('POST').filter(({ parentSpanContext: parent }) => parent?.spanId === dispatch?.spanContext().spanId);
    const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
    expect(request?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 202,
      'server.address': 'localhost',
      'http.response.header.request-id': [uuid],
      'http.response.header.client-request-id': [uuid],
    });
    expect(told.named('attempt')[0]?.attributes).toMatchObject({ 'messaging.message.id': id, 'signalbox.mailbox': 'sales', 'signalbox.outbox.event': 'accepted', 'signalbox.outbox.state': 'sent', 'signalbox.outbox.attempt': 1 });
  });

  it('goes on with the look that finds it in Sent Items, in another process', async () => {
    using told = collect();
    await using world = await openTenantWorld();
    set(world, ['http.refuse', { mailbox: 'sales@contoso.test', method: 'POST', path: '/send$', status: 504, when: 'after' }, 1] as Fault);
    const { id } = await world.sending.send('sales', mail('unclear'));
    {
      await using _first = world.run();
      await expect.poll(async () => (await world.sending.get(id))?.state).not.toBe('queued');
      await expect.poll(() => told.named('attempt').length).toBe(1);
    }
    await using _second = world.run(await world.another());
    expect(await settled(world, [id])).toEqual({ sent: 1 });
    const traceId = told.named('submit')[0]?.spanContext().traceId ?? '';
    await expect.poll(() => told.tree(traceId, METHODS)).toMatch(/^submit\n {2}attempt\n {4}stage\n {4}dispatch\n {4}settle\n {2}look\n {4}settle/);
    expect(told.named('attempt')[0]?.attributes).toMatchObject({ 'signalbox.outbox.event': 'unclear', 'signalbox.outbox.state': 'unknown', 'error.type': expect.any(String) as string });
    expect(told.named('look').at(-1)?.attributes).toMatchObject({ 'signalbox.outbox.event': 'found-sent', 'signalbox.outbox.state': 'sent' });
  });

  it('names its failure and its throttle by code alone, and counts what became of it', async () => {
    using told = collect();
    await using world = await openTenantWorld();
    set(world, ['http.refuse', { mailbox: 'sales@contoso.test', method: 'POST', path: '/send$', status: 429 }, 3] as Fault);
    const { id } = await world.sending.send('sales', mail('throttled'));
    await using _running = world.run();
    expect(await settled(world, [id])).toEqual({ sent: 1 });
    const points = new Map((await told.metrics()).map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.map(({ attributes, value }) => [attributes, value] as const)]));
    expect(points.get('signalbox.sends.submitted')).toEqual([[{}, 1]]);
    expect(points.get('signalbox.sends.settled')).toEqual(expect.arrayContaining([[{ 'signalbox.outbox.event': 'accepted', 'signalbox.outbox.state': 'sent' }, 1]]));
    expect(points.get('signalbox.auth.requests')).toEqual(expect.arrayContaining([[{ 'signalbox.plugin': 'entra', 'http.response.status_code': 200 }, expect.any(Number)]]));
    const statuses = points.get('http.client.request.duration')?.map(([attributes]) => attributes['http.response.status_code']);
    expect(statuses).toEqual(expect.arrayContaining([202, 429]));
  });

  it('links an answer to the delivery that it answers, and a repeated request to the first', async () => {
    using told = collect();
    await using world = await openTenantWorld();
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await world.sending.reply({ mailbox: 'sales', trace, original: {} }, mail('Re: it'), { idempotencyKey: 'k' });
    const { trace: first } = await world.sending.send('sales', mail('again'), { idempotencyKey: 'again' });
    await world.sending.send('sales', mail('again'), { idempotencyKey: 'again' });
    const links = told.named('submit').map((span) => span.links.map(({ context }) => context.spanId));
    expect(links).toEqual([['00f067aa0ba902b7'], [], [first?.split('-')[2]]]);
  });
});
