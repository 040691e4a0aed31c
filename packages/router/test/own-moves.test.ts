import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChangesRequest, MailError, type MailTransport, type MessageRef, type MessageSummary } from '@signalbox/core';
import { createLimiter, systemClock } from '@signalbox/kit';
import { type Holding, openStore, type Store } from '@signalbox/store';
import { describe, expect, it } from 'vitest';
import { createLeaseKeeper } from '../src/leases/keeper.ts';
import { createBeginnings } from '../src/receiving/beginnings.ts';
import { createIntake } from '../src/receiving/intake.ts';
import { createMessageActions } from '../src/receiving/delivery.ts';
import { createMailboxSession, type MailboxSession } from '../src/receiving/mailbox-session.ts';
import { createTelemetry } from '../src/telemetry/telemetry.ts';
import { noteMove } from '../src/receiving/note-move.ts';
import type { MailboxConfig } from '../src/index.ts';

const [ORIGINAL, COPY, MOVED] = [{ folder: 'INBOX', key: '1' }, { folder: 'INBOX', key: '2' }, { folder: 'Archive', key: '7' }] as const;
const MOVE = { kind: 'move', target: { role: 'archive' } } as const;
const message = (ref: MessageRef): MessageSummary => ({ ref, messageId: 'one@contoso.com', subject: 'one', receivedAt: new Date('2026-11-25T10:00:00Z'), keywords: new Set() });
const nameOf = ({ folder, key }: MessageRef): string => `${folder} ${key}`;

/** A server that holds one message and copies of it; reading begins when `listed` resolves, and shows what lies in the inbox then. */
function openServer() {
  const [there, listed, answered] = [new Set<string>([nameOf(ORIGINAL)]), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const moving = Promise.withResolvers<void>();
  const inInbox = (): MessageRef[] => [ORIGINAL, COPY].filter((ref) => there.has(nameOf(ref)));
  const receive = {
    refSpace: 'imap:host:993:sales@contoso.com',
    traits: { refsSurviveMove: false },
    findFolder: async (selector: object) => ('role' in selector && selector.role === 'archive' ? { id: 'Archive', path: ['Archive'] } : { id: 'INBOX', path: ['INBOX'] }),
    present: async (refs: readonly MessageRef[]) => refs.filter((ref) => there.has(nameOf(ref))).map(message),
    async *locate() {
      await new Promise((resolve) => setTimeout(resolve, 50)); // a look for it takes longer than a listing
      if (there.has(nameOf(MOVED))) yield message(MOVED);
    },
    async *list() {},
    async *changes({ signal }: ChangesRequest) {
      await listed.promise;
      yield { changes: inInbox().map((ref) => ({ type: 'message-added', message: message(ref) })), cursor: 'now', sweptAt: new Date(), caughtUp: true };
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    },
  };
  const mutate = {
    async move([from]: readonly MessageRef[]) {
      if (!from || !there.delete(nameOf(from))) throw new MailError('message.not-found', 'It is gone.');
      there.add(nameOf(MOVED));
      moving.resolve();
      await answered.promise;
      return [{ from, to: MOVED }];
    },
  };
  return { there, listed, answered, moving, transport: { receive, mutate } as unknown as MailTransport };
}

/** The message is a delivery that is open. */
async function known({ mailboxes, leases, ledger }: Store, { transport: { receive } }: ReturnType<typeof openServer>): Promise<Holding> {
  await mailboxes.put({ id: 'sales', address: 'sales@contoso.com' });
  const holding = await leases.acquire('sales', 'receive', 'an earlier router');
  if (!holding || !receive) throw new Error('The lease was free.');
  const intake = createIntake({ ledger, holding, receive, otherDoors: false, turns: createLimiter(1), clock: systemClock, telemetry: createTelemetry() });
  const progress = { cursor: { door: receive.refSpace, folder: 'INBOX', cursor: 'then', sweptAt: 0, state: 'delivering' } } as const;
  await intake.take({ folder: 'INBOX', messages: [message(ORIGINAL)], shown: { by: 'sweep' }, progress });
  return holding;
}

/** It is acknowledged, and is now to be moved away. */
async function acknowledged(store: Store, server: ReturnType<typeof openServer>): Promise<Holding> {
  const holding = await known(store, server);
  const [delivery] = await store.deliveries.list({ mailbox: 'sales', limit: 1 });
  await store.deliveries.ack({ ids: [delivery?.id ?? ''], effectOf: () => MOVE });
  return holding;
}

/** What a consumer does with a delivery of the session's mailbox. */
const actionsIn = ({ ledger, deliveries }: Store, { transport }: ReturnType<typeof openServer>, session: MailboxSession) =>
  createMessageActions({
    deliveries,
    telemetry: createTelemetry(),
    traceOf: () => undefined,
    open: async () => transport,
    inTurn: (_, work) => session.inTurn(work),
    async moved(move) {
      if (session.lease && transport.receive) await noteMove({ ledger, holding: session.lease, receive: transport.receive }, move);
    },
  });

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-moves-'));
  try {
    await using store = await openStore({ directory, clock: systemClock });
    await work(store);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A session on the mailbox, until `work` is over. */
async function receiving(store: Store, { transport }: ReturnType<typeof openServer>, work: (session: MailboxSession) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const session = createMailboxSession({
    mailbox: { id: 'sales', folders: [{ role: 'inbox' }], backlog: { kind: 'from-now' }, onAck: { do: 'move', to: { role: 'archive' } } } as unknown as MailboxConfig,
    store,
    keeper: createLeaseKeeper({ rows: store.leases, owner: 'this router', clock: systemClock, log: { log() {} } }),
    open: async () => transport,
    discard: async () => {},
    clock: systemClock,
    log: { log() {} },
    emit: () => {},
    onReport: async () => {},
    audits: createLimiter(1),
    listings: createLimiter(1),
    beginnings: createBeginnings(1, systemClock),
    settings: () => ({ mostOpen: 100, auditMs: 3_600_000 }),
    telemetry: createTelemetry(),
  });
  const running = session.run(stop.signal);
  try {
    await work(session);
  } finally {
    stop.abort();
    await running;
  }
}

const count = async ({ deliveries }: Store): Promise<number> => (await deliveries.list({ mailbox: 'sales', limit: 10 })).length;

describe('a copy in the inbox of a message that the router moves away', () => {
  it('is delivered when it is seen between the move and its answer', () =>
    withStore(async (store) => {
      const server = openServer();
      await store.leases.release(await acknowledged(store, server));
      await receiving(store, server, async () => {
        await server.moving.promise;
        server.there.add(nameOf(COPY));
        server.listed.resolve();
        await new Promise((resolve) => setTimeout(resolve, 50)); // long enough for it to be taken in, if nothing keeps it from that
        server.answered.resolve();
        await expect.poll(() => count(store)).toBe(2);
      });
    }));

  it('is delivered when it is seen while a consumer moves it', () =>
    withStore(async (store) => {
      const server = openServer();
      await store.leases.release(await known(store, server));
      await receiving(store, server, async (session) => {
        await expect.poll(() => session.lease).toBeDefined();
        const [delivery] = await store.deliveries.list({ mailbox: 'sales', limit: 1 });
        if (!delivery) throw new Error('It is known.');
        const moved = actionsIn(store, server, session).move(delivery, MOVE.target);
        await server.moving.promise;
        server.there.add(nameOf(COPY));
        server.listed.resolve();
        await new Promise((resolve) => setTimeout(resolve, 50)); // as above
        server.answered.resolve();
        await moved;
        await expect.poll(() => count(store)).toBe(2);
      });
    }));

  it('is delivered when the router that moved it died before it wrote that down', () =>
    withStore(async (store) => {
      const server = openServer();
      const earlier = await acknowledged(store, server);
      await store.effects.claim(earlier, { limit: 1, visibilityMs: 60_000 });
      server.answered.resolve();
      await server.transport.mutate?.move([ORIGINAL], 'Archive');
      await store.leases.release(earlier);
      server.there.add(nameOf(COPY));
      server.listed.resolve();
      await receiving(store, server, async () => {
        await expect.poll(() => count(store)).toBe(2);
      });
    }));
});
