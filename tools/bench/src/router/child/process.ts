import { setTimeout as sleep } from 'node:timers/promises';
import { residentMemory } from '../../child/memory.ts';
import { startProfile } from '../../child/profile.ts';
import { answerCalls } from '../answer-calls.ts';
import type { Cost, SideCalls, SideSettings } from '../calls.ts';
import { Arrivals } from './arrivals.ts';
import { lettersTo, type RouterSide } from './side.ts';

// One side in a process of its own, which imports nothing of the other: its memory is measured.

let side: RouterSide | undefined;
let stopProfile: (() => Promise<void>) | undefined;
const arrivals = new Arrivals();

const working = (): RouterSide => {
  if (!side) throw new Error('Nothing was started.');
  return side;
};

async function openSide(settings: SideSettings): Promise<RouterSide> {
  if (settings.side === 'ours') return (await import('./our-router.ts')).openOurRouter(settings);
  return (await import('./bare-libraries.ts')).openBareLibraries(settings);
}

async function measured(work: () => Promise<unknown>): Promise<Cost> {
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  await work();
  const wallMs = performance.now() - began;
  return { wallMs, cpuMs: cpuMsSince(cpu) };
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

answerCalls<SideCalls>({
  async start(settings) {
    side = await openSide(settings);
  },
  open: (mailboxes) => measured(() => working().open(mailboxes)),
  serve: (mailboxes) => working().serve(mailboxes, (messageId) => arrivals.note(messageId)),
  watched: () => working().watched(),
  async collect(place, count) {
    let came: Awaited<ReturnType<Arrivals['all']>> = [];
    const cost = await measured(async () => (came = await arrivals.all(place, count)));
    return { ...cost, arrivals: came };
  },
  async submit(mailbox, to, count) {
    const letters = lettersTo(to, count);
    const began = performance.now();
    let acceptedMs = Number.NaN;
    const { wallMs: deliveredMs, cpuMs } = await measured(() => working().submit(mailbox, letters, () => (acceptedMs = performance.now() - began)));
    return { acceptedMs, deliveredMs, cpuMs };
  },
  rest: (ms) => measured(() => sleep(ms)),
  async memory() {
    const { nowMb: residentMb, peakMb } = residentMemory();
    globalThis.gc?.();
    await sleep(500);
    globalThis.gc?.();
    return { residentMb, peakMb, collectedMb: residentMemory().nowMb };
  },
  async startProfile(file) {
    stopProfile = await startProfile(file);
  },
  async stopProfile() {
    await stopProfile?.();
    stopProfile = undefined;
  },
  async close() {
    await side?.[Symbol.asyncDispose]();
    side = undefined;
  },
});
