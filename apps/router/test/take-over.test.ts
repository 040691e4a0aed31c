import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugin as password } from '@signalbox/auth-password';
import { MailError } from '@signalbox/core';
import { systemClock } from '@signalbox/kit';
import { openStore, type Store } from '@signalbox/store';
import { createMemoryPlugin, createMemoryServer } from '@signalbox/transport-memory';
import { describe, expect, it } from 'vitest';
import { candidateOf, currentUser, deploymentsOf } from '../src/session/deploying.ts';
import { createRedactors } from '../src/session/redactors.ts';
import { type RunEvent, type RunRouterOptions, runRouter } from '../src/session/run-router.ts';
import { openSession, type Session } from '../src/session/session.ts';

const FILE = '/etc/signalbox.yaml';
const SECRETS = { FIRST: 'first-secret', SECOND: 'second-secret' };

const configuration = (secret: keyof typeof SECRETS, ids: readonly string[]): string =>
  JSON.stringify({
    version: 1,
    organization: 'contoso',
    flows: { 'in-memory': { receive: { transport: 'memory', auth: 'password' }, send: { transport: 'memory', auth: 'password' } } },
    mailboxes: ids.map((id) => ({ id, address: `${id}@b.c`, flow: 'in-memory', password: `\${env:${secret}}` })),
  });

interface World extends AsyncDisposable {
  readonly store: Store;
  readonly lines: readonly string[];
  readonly sessions: readonly Session[];
  readonly events: readonly RunEvent[];
  deploy(text: string): Promise<void>;
  /** With this in place of the store, and whatever else. */
  run(store: Store, options?: Partial<RunRouterOptions>): Promise<void>;
}

async function openWorld(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'take-over-'));
  const server = createMemoryServer();
  for (const id of ['sales', 'support']) server.addMailbox(`${id}@b.c`);
  const plugins = [createMemoryPlugin(server), password];
  const store = await openStore({ directory: join(directory, 'data'), clock: systemClock, role: 'router' });
  const [lines, sessions, events]: [string[], Session[], RunEvent[]] = [[], [], []];
  const redactors = createRedactors();
  const open = async (text: string, given: Store): Promise<Session> => openSession({ file: FILE, text, env: SECRETS, plugins, store: given, redactors, logTo: (line) => void lines.push(line) });
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  return {
    store,
    lines,
    sessions,
    events,
    async deploy(text) {
      await using session = await open(text, store);
      const candidate = candidateOf(session);
      const plan = await deploymentsOf(store).plan(candidate, { live: new Set(), doors: new Map() });
      await deploymentsOf(store).apply(plan, candidate, { who: currentUser() });
    },
    async run(given, options = {}) {
      running = runRouter({
        store: given,
        clock: systemClock,
        revision: (await deploymentsOf(store).current())!,
        async open({ text }) {
          const session = await open(text, given);
          sessions.push(session);
          return session;
        },
        consumerFor: async () => ({ take: async () => {} }),
        atOnce: 1,
        visibilityMs: 60_000,
        node: 'test',
        describeError: String,
        signal: stop.signal,
        emit: (event) => void events.push(event),
        ...options,
      });
      await expect.poll(() => events.some(({ kind }) => kind === 'started'), { timeout: 10_000 }).toBe(true);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      await store[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

/** Too busy to know another mailbox, so many times. */
const busyFor = (store: Store, times: number, onBusy: () => void = () => {}): Store => {
  let left = times;
  return {
    ...store,
    mailboxes: {
      ...store.mailboxes,
      async put(mailbox) {
        if (mailbox.id === 'support' && left > 0) {
          left -= 1;
          onBusy();
          throw new MailError('unavailable', 'The database is kept busy by another process.');
        }
        await store.mailboxes.put(mailbox);
      },
    },
  };
};

const kinds = ({ events }: World): readonly string[] => events.flatMap(({ kind }) => (kind === 'updated' || kind === 'revision-unusable' ? [kind] : []));

describe('taking over a newer revision', () => {
  it('is tried again when the store was only busy, and nobody is told that the revision is no good', async () => {
    await using world = await openWorld();
    await world.deploy(configuration('FIRST', ['sales']));
    await world.run(busyFor(world.store, 1));
    await world.deploy(configuration('FIRST', ['sales', 'support']));
    await expect.poll(() => kinds(world), { timeout: 15_000 }).toEqual(['updated']);
    expect(world.events.findLast(({ kind }) => kind === 'updated')).toMatchObject({ revision: { number: 2 }, update: { added: ['support'] } });
  }, 30_000);

  it('changes nothing where nothing can be handed over by it, and is not tried again', async () => {
    await using world = await openWorld();
    await world.deploy(configuration('FIRST', ['sales']));
    await world.run(world.store, {
      consumerFor: async ({ number }) => {
        if (number === 2) throw new MailError('config.invalid', 'There is no such program.');
        return { take: async () => {} };
      },
    });
    await world.deploy(configuration('FIRST', ['sales', 'support']));
    await expect.poll(() => kinds(world), { timeout: 15_000 }).toEqual(['revision-unusable']);
    await world.deploy(configuration('FIRST', ['support']));
    await expect.poll(() => kinds(world), { timeout: 15_000 }).toEqual(['revision-unusable', 'updated']);
    expect(world.events.findLast(({ kind }) => kind === 'updated')).toMatchObject({ revision: { number: 3 }, update: { added: ['support'], removed: ['sales'] } });
  }, 30_000);

  it('leaves the secrets of both revisions out of the log, before and after, and where it fails', async () => {
    await using world = await openWorld();
    await world.deploy(configuration('FIRST', ['sales']));
    const tell = (event: string): void => world.sessions[0]!.log.log('info', event, { text: Object.values(SECRETS).join(' ') });
    await world.run(busyFor(world.store, 1, () => tell('during')));
    await world.deploy(configuration('SECOND', ['sales', 'support']));
    await expect.poll(() => world.lines.some((line) => line.includes('run.revision-postponed')), { timeout: 15_000 }).toBe(true);
    tell('after it failed');
    await expect.poll(() => kinds(world), { timeout: 15_000 }).toEqual(['updated']);
    tell('taken over');
    const told = world.lines.filter((line) => /"event":"(during|after it failed|taken over)"/.test(line));
    expect(told).toHaveLength(3);
    for (const line of told) for (const secret of Object.values(SECRETS)) expect(line).not.toContain(secret);
  }, 30_000);
});
