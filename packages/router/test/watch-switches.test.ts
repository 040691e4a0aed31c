import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailError } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { openStore } from '@signalbox/store';
import { describe, expect, it } from 'vitest';
import type { ReceivingStatus } from '../src/index.ts';
import { createDeployments, newRevision } from '../src/deployment/deployments.ts';
import { FAILING_MS, watchSwitches } from '../src/switching/watch-switches.ts';
import { VirtualClock } from './virtual-clock.ts';

const side = (flow: string) => ({ flow, transport: 'imap', auth: 'password' });
const mailbox = (flow: string) => ({ id: 'sales', address: 'sales@contoso.com', receive: side(flow), send: side(flow), onAck: { do: 'nothing' } as const, settings: {} });
const candidate = (flow: string) => ({ file: '/etc/signalbox.yaml', text: `version: 1\norganization: contoso\nmailboxes:\n  - { id: sales, address: sales@contoso.com, flow: ${flow} }\n`, deployed: { shared: {}, mailboxes: [mailbox(flow)] } });

/** A mailbox that was just switched from `basic` to `modern`, and somebody who watches over it. */
async function soaking(soakMs = 3_600_000) {
  const stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-switches-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const store = stack.use(await openStore({ directory, clock: systemClock }));
  await store.mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
  const about = { who: 'operator', summary: 'a test' };
  await store.revisions.deploy(newRevision(candidate('basic'), { after: 0, ...about }));
  const flows = (flow: string) => ({ receive: flow, send: flow });
  await store.switches.begin({ id: 's1', mailbox: 'sales', who: 'operator', plan: { from: flows('basic'), to: flows('modern'), fields: { flow: 'basic' }, before: { receive: side('basic'), send: side('basic') } } });
  await store.switches.flip('s1', { from: ['planned'], to: 'soaking', who: 'operator', soakMs, revision: newRevision(candidate('modern'), { after: 1, ...about }) });
  const clock = new VirtualClock();
  let status: Pick<ReceivingStatus, 'mailbox' | 'state' | 'error'> = { mailbox: 'sales', state: 'active' };
  const asked: number[] = [];
  const stop = new AbortController();
  const watching = watchSwitches({ store, clock, log: { log() {} }, who: 'the router', status: async () => (asked.push(clock.now().getTime()), [status]) }, stop.signal);
  stack.defer(async () => {
    stop.abort();
    await watching;
  });
  return {
    store,
    report: (state: ReceivingStatus['state'], error?: MailError) => void (status = { mailbox: 'sales', state, ...(error && { error }) }),
    /** Lets as much time pass, with all that is due in it done. */
    async pass(ms: number) {
      const target = clock.now().getTime() + ms;
      while (clock.now().getTime() < target) {
        const looks = asked.length;
        await clock.advance(Math.min(5_000, target - clock.now().getTime()));
        await expect.poll(async () => asked.length > looks || (await store.switches.get('s1'))?.state !== 'soaking', { interval: 1 }).toBe(true);
      }
    },
    state: async () => (await store.switches.get('s1'))?.state,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const rejected = new MailError('auth.rejected', 'The server refused the credential.');

describe('a mailbox that was switched', () => {
  it('goes back by itself when the new flow fails for a minute in a way that waiting does not mend', async () => {
    await using world = await soaking();
    world.report('retrying', rejected);
    await world.pass(FAILING_MS);
    expect(await world.state()).toBe('soaking');
    await world.pass(10_000);
    await expect.poll(() => world.state()).toBe('rolled-back');
    const current = await createDeployments(world.store).current();
    expect([current?.number, current?.text, current?.deployed.mailboxes, current?.who]).toEqual([3, candidate('basic').text, [mailbox('basic')], 'the router']);
    expect((await world.store.journal.read('sales', 's1')).at(-1)).toMatchObject({ what: 'rolled-back', detail: { why: expect.stringContaining('auth.rejected') as string } });
  });

  it('stays where the failure passes, and where the server is away: the flow before would have it too', async () => {
    await using world = await soaking();
    world.report('retrying', rejected);
    await world.pass(FAILING_MS - 10_000);
    world.report('active');
    await world.pass(10_000);
    world.report('retrying', rejected);
    await world.pass(FAILING_MS - 10_000);
    world.report('retrying', new MailError('unavailable', 'The server is away.'));
    await world.pass(10 * FAILING_MS);
    expect([await world.state(), (await world.store.revisions.current())?.number]).toEqual(['soaking', 2]);
  });

  it('has its switch completed when it has soaked', async () => {
    await using world = await soaking(0);
    await world.pass(10_000);
    await expect.poll(() => world.state()).toBe('completed');
    expect((await world.store.revisions.current())?.number).toBe(2);
  });
});
