import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SideName } from '../job.ts';
import type { SideCalls, SideSettings } from './calls.ts';
import type { LabMailboxes } from './lab-mailboxes.ts';
import { latencies, type Life } from './life-results.ts';
import { type Remote, type RemoteOptions, startRemote } from './remote.ts';

const SCRIPT = fileURLToPath(new URL('child/process.ts', import.meta.url));

const QUIET = { count: 300, everyMs: 50 };
const BUSY = { count: 200, everyMs: 50 };
const BURST = { count: 2_000, mailboxes: 10 };
const SENDS = 500;
const REST_MS = 10_000;
const SETTLE_MS = 2_000;

export interface LifeOptions extends Omit<RemoteOptions, 'flags'> {
  readonly lab: LabMailboxes;
  readonly settings: SideSettings;
  /** Tells the messages of one life from those of another. */
  readonly name: string;
  /** Where CPU profiles go. */
  readonly profiles?: string;
  readonly onStep: (what: string) => void;
}

/** Everything that is measured of one side, in two processes: one that meets its mailboxes for the first time, and one that works on them. */
export async function measureLife(options: LifeOptions): Promise<Life> {
  const growing = await measureGrowth(options);
  return { side: options.settings.side, ...growing, ...(await measureWork(options)) };
}

type Growth = Pick<Life, 'memoryEmpty' | 'memoryTen' | 'memoryFifty' | 'firstSync' | 'fortyMore'>;

async function measureGrowth(options: LifeOptions): Promise<Growth> {
  const { lab, settings, onStep } = options;
  const [first = '', ...others] = lab.ids;
  await using child = startSide(options);
  await child.call('start', settings);
  // For nobody yet: what is needed for any mailbox is loaded.
  await child.call('open', []);
  const memoryEmpty = await child.call('memory');
  onStep(`${settings.side}, first sync`);
  const firstSync = await profiled(options, child, 'first-sync', () => child.call('open', [first]));
  await child.call('open', others.slice(0, 9));
  const memoryTen = await child.call('memory');
  onStep(`${settings.side}, forty more`);
  const fortyMore = await profiled(options, child, 'forty-more', () => child.call('open', others.slice(9)));
  await sleep(SETTLE_MS);
  const memoryFifty = await child.call('memory');
  await child.call('close');
  return { memoryEmpty, memoryTen, memoryFifty, firstSync, fortyMore };
}

type Work = Omit<Life, 'side' | keyof Growth>;

async function measureWork(options: LifeOptions): Promise<Work> {
  const { lab, settings, onStep } = options;
  const began = performance.now();
  await using child = startSide(options);
  await child.call('start', settings);
  await child.call('serve', lab.ids);
  const servingMs = performance.now() - began;
  await child.call('watched');
  const watchedMs = performance.now() - began;
  onStep(`${settings.side}, at rest`);
  await sleep(SETTLE_MS);
  const rest = await profiled(options, child, 'rest', () => child.call('rest', REST_MS));
  const memoryServing = await child.call('memory');
  onStep(`${settings.side}, quiet mailboxes`);
  const quiet = await profiled(options, child, 'quiet', () => trickle(options, child, { ...QUIET, place: 'quiet', ids: lab.ids }));
  onStep(`${settings.side}, one busy mailbox`);
  const busy = await profiled(options, child, 'busy', () => trickle(options, child, { ...BUSY, place: 'busy', ids: lab.ids.slice(1, 2) }));
  onStep(`${settings.side}, burst`);
  const burst = await profiled(options, child, 'burst', () => receiveBurst(options, child));
  onStep(`${settings.side}, sends`);
  const submitted = await profiled(options, child, 'submit', () => child.call('submit', lab.ids.at(-1) ?? '', lab.sink, SENDS));
  await lab.emptySink();
  await child.call('close');
  return { start: { servingMs, watchedMs }, rest, memoryServing, quiet, busy, burst, submitted: { ...submitted, count: SENDS } };
}

const startSide = ({ compileCache, signal }: LifeOptions): Remote<SideCalls> => startRemote<SideCalls>(SCRIPT, { compileCache, signal });

interface Trickle {
  readonly place: string;
  readonly ids: readonly string[];
  readonly count: number;
  readonly everyMs: number;
}

/** One message after the other at an even pace, each mailbox in its turn. */
async function trickle({ lab, name }: LifeOptions, child: Remote<SideCalls>, { place: what, ids, count, everyMs }: Trickle): Promise<Life['quiet']> {
  const place = `${what}-${name}`;
  const collecting = child.call('collect', place, count);
  const began = performance.now();
  const deliveries: Promise<number>[] = [];
  for (let index = 0; index < count; index++) {
    await sleep(Math.max(0, began + index * everyMs - performance.now()));
    deliveries.push(lab.deliver(ids[index % ids.length] ?? '', place, index));
  }
  const delivered = await Promise.all(deliveries);
  const { arrivals, cpuMs } = await collecting;
  return { latenciesMs: latencies(delivered, arrivals), cpuMs };
}

async function receiveBurst({ lab, name }: LifeOptions, child: Remote<SideCalls>): Promise<Life['burst']> {
  const place = `burst-${name}`;
  const collecting = child.call('collect', place, BURST.count);
  const began = await lab.deliverAll(lab.ids.slice(-BURST.mailboxes), place, BURST.count);
  const { arrivals, cpuMs } = await collecting;
  return { count: BURST.count, cpuMs, wallMs: Math.max(...arrivals.map(([, at]) => at)) - began };
}

async function profiled<T>({ profiles, settings }: LifeOptions, child: Remote<SideCalls>, what: string, work: () => Promise<T>): Promise<T> {
  if (profiles === undefined) return work();
  await child.call('startProfile', profileName(profiles, settings.side, what));
  const result = await work();
  await child.call('stopProfile');
  return result;
}

const profileName = (directory: string, side: SideName, what: string): string => join(directory, `router-${what}-${side}.cpuprofile`);
