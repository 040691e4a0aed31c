import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageRef, MessageSummary, Receive } from '@signalbox/core';
import { createLimiter, systemClock } from '@signalbox/kit';
import { openStore } from '@signalbox/store';
import { describe, expect, it } from 'vitest';
import { createIntake } from '../src/receiving/intake.ts';
import { noteMove } from '../src/receiving/note-move.ts';
import { createTelemetry } from '../src/telemetry/telemetry.ts';

const message = (key: string): MessageSummary => ({
  ref: { folder: 'INBOX', key },
  messageId: 'one@contoso.com',
  subject: 'one',
  receivedAt: new Date('2026-11-25T10:00:00Z'),
  keywords: new Set(),
});

/** An intake on a store of its own, and a server of which only this is known: what lies where. */
async function taking() {
  const stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-intake-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const { mailboxes, leases, ledger, deliveries } = stack.use(await openStore({ directory, clock: systemClock }));
  await mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
  const holding = await leases.acquire('sales', 'receive', 'me');
  if (!holding) throw new Error('The lease was free.');
  const there = new Set<string>();
  const nameOf = ({ folder, key }: MessageRef): string => `${folder} ${key}`;
  const receive = {
    refSpace: 'imap:host:993:sales@contoso.com',
    traits: { refsSurviveMove: false },
    present: async (refs: readonly MessageRef[]) => refs.filter((ref) => there.has(nameOf(ref))).map((ref) => ({ ...message(ref.key), ref })),
  } as unknown as Receive;
  const intake = createIntake({ ledger, holding, receive, otherDoors: false, turns: createLimiter(1), clock: systemClock, telemetry: createTelemetry() });
  return {
    there,
    take: async (key: string) => (await intake.take({ folder: 'INBOX', messages: [message(key)], shown: { by: 'sweep' } })).delivered,
    async move(from: MessageRef, to: MessageRef) {
      there.delete(nameOf(from));
      there.add(nameOf(to));
      const [delivery] = await deliveries.list({ mailbox: 'sales', limit: 1 });
      await noteMove({ ledger, holding, receive }, { delivery: delivery?.id ?? '', facts: { kind: 'message' }, from, target: to.folder, to });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe('a listing that was read before the router moved a message', () => {
  it('does not bring it a second time', async () => {
    await using world = await taking();
    world.there.add('INBOX 1');
    expect(await world.take('1')).toBe(1);
    await world.move({ folder: 'INBOX', key: '1' }, { folder: 'Archive', key: '7' });
    expect(await world.take('1')).toBe(0);
  });

  it('brings a copy of it that still lies there', async () => {
    await using world = await taking();
    for (const place of ['INBOX 1', 'INBOX 2']) world.there.add(place);
    expect(await world.take('1')).toBe(1);
    await world.move({ folder: 'INBOX', key: '1' }, { folder: 'Archive', key: '7' });
    expect(await world.take('2')).toBe(1);
  });
});
