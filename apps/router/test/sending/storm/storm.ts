import { setTimeout as pause } from 'node:timers/promises';
import type { SendingSettings } from '@signalbox/router';
import type { OutboxEntry, OutboxState } from '@signalbox/store';
import { patiently } from '../patiently.ts';
import { startSender, type SendChild } from '../send-child.ts';
import type { SendingPlace } from '../sending-world.ts';
import type { StormPlace } from './places.ts';
import { type Life, planStorm, type StormOptions } from './plan.ts';
import type { Counted, StormWorld } from './world.ts';

export interface StormResult extends Omit<Counted, 'left'> {
  readonly sends: number;
  /** Entries by their state in the end. */
  readonly states: Readonly<Partial<Record<OutboxState, number>>>;
  /** Subjects by how often they left, as the servers tell: nothing else counts. */
  readonly left: Readonly<Record<string, number>>;
  /** Subjects of the entries that ended so. */
  readonly held: readonly string[];
  readonly killed: number;
  readonly frozen: number;
  /** Of those that were frozen: whose mailboxes another process had taken over before they were woken. */
  readonly takenOver: number;
  /** Entries in whose history it stands. */
  readonly met: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Tried in seconds, as the clock jumps; leases are handed on as soon as a mailbox has nothing left. */
const SETTINGS = { pollMs: 100, idleMs: 200, concurrency: 2 } as const;
const LEASE_STEPS = [6_000, 6_000, 6_000] as const;
const STEP_MS = 20_000;
const OPEN = ['scheduled', 'queued', 'attempting', 'unknown'] as const satisfies readonly OutboxState[];
const PATIENCE_MS = 60_000;
/** Longer than PostgreSQL leaves a lock with a transaction of a process that was frozen in it (decision 0014). */
const TAKE_OVER_MS = 15_000;
/** Whoever takes over has filed the copies that were due by then: one that does it while the other wakes cannot be told. */
const FILING_MS = 2_000;

/** Two senders on one store, each of which is killed or frozen in the middle of a mail, over and over, while the servers fail in every way. */
export async function runStorm<F>(place: StormPlace, open: (settings: Partial<SendingSettings>, place: SendingPlace) => Promise<StormWorld<F>>, options: StormOptions): Promise<StormResult> {
  const began = performance.now();
  await using world = await open(SETTINGS, place.place);
  const storm = createStorm(world, place);
  const lives = [...planStorm(world.field, options)];
  const [ids, counts] = [[] as string[], { killed: 0, frozen: 0, takenOver: 0 }];
  await using others = new AsyncDisposableStack();
  const slot = async (): Promise<void> => {
    for (let life = lives.shift(); life; life = lives.shift()) {
      world.begin(life.faults);
      ids.push(...(await storm.submit(life)));
      const { isTakenOver } = await storm.live(life);
      counts[life.end] += 1;
      if (isTakenOver) counts.takenOver += 1;
    }
    others.use(storm.start()); // nobody harms this one: it takes over from whoever is left, and ends what is open
  };
  await Promise.all([slot(), slot()]);
  await storm.settle(ids);
  return { sends: ids.length, ...counts, ...(await storm.judge(ids)), seconds: Math.round((performance.now() - began) / 1000) };
}

function createStorm<F>(world: StormWorld<F>, place: StormPlace) {
  const { clock, sending } = world;
  const advance = async (ms: number): Promise<void> => {
    await place.shift(clock.offset + ms);
    clock.jump(ms);
  };
  /** A lease is over, in steps that whoever lives can follow. */
  const endLeases = async (): Promise<void> => {
    for (const ms of LEASE_STEPS) {
      await advance(ms);
      await pause(250);
    }
  };
  const start = (life?: Life<F>): SendChild => {
    const end = life && { step: life.step, at: life.at, signal: life.end === 'killed' ? ('SIGKILL' as const) : ('SIGSTOP' as const) };
    return startSender({ ...end, settings: SETTINGS, place: place.place, ...world.child });
  };
  const open = (): Promise<readonly OutboxEntry[]> => patiently(() => sending.list({ states: OPEN, limit: 100_000 }));

  const areCopiesDue = async (): Promise<boolean> => (await sending.list({ states: ['sent'], limit: 100_000 })).some(({ copy }) => copy === 'due');

  /** Until what was under way when it froze is in somebody else's hands. */
  const isTakenOver = async (): Promise<boolean> => {
    const frozen = new Set((await open()).filter(({ state }) => state === 'attempting').map(({ id, attempt }) => `${id} ${attempt}`));
    await endLeases();
    await pause(FILING_MS);
    for (const endsAt = performance.now() + TAKE_OVER_MS; performance.now() < endsAt; await pause(100)) {
      if (!(await open()).some(({ id, attempt, state }) => state === 'attempting' && frozen.has(`${id} ${attempt}`))) return true;
    }
    return false;
  };

  return {
    start,

    async submit({ mails }: Life<F>): Promise<readonly string[]> {
      const ids: string[] = [];
      for (const { mailbox, subject, isAskedTwice } of mails) {
        for (let times = isAskedTwice ? 2 : 1; times > 0; times -= 1) {
          const { id } = await patiently(() => sending.send(mailbox, { to: [world.recipient], subject, text: 'Hello', headers: { 'X-Own': 'stamp' } }, { idempotencyKey: subject }));
          if (times === 1) ids.push(id);
        }
      }
      return ids;
    },

    async live(life: Life<F>): Promise<{ readonly isTakenOver: boolean }> {
      await using sender = start(life);
      const isReached = await Promise.race([sender.reached.then(() => true), pause(PATIENCE_MS, false, { ref: false })]);
      if (!isReached) throw new Error(`No mail came to "${life.step}" within a minute.`);
      if (life.end === 'killed') {
        await endLeases();
        return { isTakenOver: false };
      }
      const taken = await isTakenOver();
      sender.wake();
      await pause(life.afterMs);
      return { isTakenOver: taken };
    },

    /** Lets time go on until everything has come to an end. */
    async settle(ids: readonly string[]): Promise<void> {
      for (const endsAt = performance.now() + PATIENCE_MS + ids.length * 100; performance.now() < endsAt; await pause(100)) {
        const left = await open();
        if (left.length === 0 && !(await patiently(areCopiesDue))) break;
        if (left.every(({ state }) => state !== 'attempting')) await advance(STEP_MS);
      }
    },

    async judge(ids: readonly string[]): Promise<Omit<StormResult, 'sends' | 'killed' | 'frozen' | 'takenOver' | 'seconds'>> {
      const entries = await sending.list({ limit: 100_000 });
      const met: Record<string, number> = {};
      for (const id of ids) for (const what of new Set((await sending.history(id)).map((event) => event.what))) met[what] = (met[what] ?? 0) + 1;
      const { left: subjects, ...counted } = await world.count();
      const left: Record<string, number> = Object.fromEntries(entries.map(({ mail }) => [mail?.subject ?? '', 0]));
      for (const subject of subjects) left[subject] = (left[subject] ?? 0) + 1;
      return {
        states: Object.fromEntries(Map.groupBy(entries, ({ state }) => state).entries().map(([state, all]) => [state, all.length])),
        held: entries.flatMap(({ state, mail }) => (state === 'held' ? [mail?.subject ?? ''] : [])),
        left,
        met,
        ...counted,
      };
    },
  };
}
